import { ConvexAuthProvider } from '@convex-dev/auth/react';
import { createContext, type ReactNode, useContext } from 'react';
import type { Desk } from './client';

const DeskContext = createContext<Desk | null>(null);

/** The connection and the sign-in. */
export function DeskProvider({ desk, children }: { desk: Desk; children: ReactNode }) {
  return (
    <DeskContext value={desk}>
      <ConvexAuthProvider client={desk.client}>{children}</ConvexAuthProvider>
    </DeskContext>
  );
}

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('useDesk needs a DeskProvider above it');
  return desk;
}
