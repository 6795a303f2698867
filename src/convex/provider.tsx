import { ConvexAuthProvider } from '@convex-dev/auth/react';
import { ConvexQueryCacheProvider } from 'convex-helpers/react/cache';
import { createContext, type ReactNode, useContext } from 'react';
import type { Desk } from './client';
import { useSessionKeeping } from './session';

const DeskContext = createContext<Desk | null>(null);

/** The connection, the sign-in and a cache that keeps left tickets warm for five minutes. */
export function DeskProvider({ desk, children }: { desk: Desk; children: ReactNode }) {
  return (
    <DeskContext value={desk}>
      <ConvexAuthProvider client={desk.client}>
        <ConvexQueryCacheProvider expiration={300_000}>
          <SessionKeeper />
          {children}
        </ConvexQueryCacheProvider>
      </ConvexAuthProvider>
    </DeskContext>
  );
}

/** Apart, so that what it hears renders nothing else. */
function SessionKeeper() {
  useSessionKeeping();
  return null;
}

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('useDesk needs a DeskProvider above it');
  return desk;
}
