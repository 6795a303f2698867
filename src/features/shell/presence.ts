import { useEffect } from 'react';
// oxlint-disable-next-line import/default -- the address, as vite makes it
import heartbeatUrl from './heartbeat.worker.ts?worker&url';
import { useDisconnect, useHeartbeat } from '../../convex/members';
import { useMembership } from '../../convex/session';

const sessionId = crypto.randomUUID();
let lastActiveAt = Date.now();
for (const event of ['pointerdown', 'keydown', 'wheel', 'pointermove'] as const) {
  addEventListener(event, () => (lastActiveAt = Date.now()), { passive: true, capture: true });
}

/** The page's policy takes the address of a script from here alone, and it is one the build wrote. */
const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
const policy = trustedTypes?.createPolicy('baton', { createScriptURL: (url) => url });
const trusted = (url: string) => policy?.createScriptURL(url) ?? url;

/** What of the browser's interface is used here; not every browser has it. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

/** Tells the desk every 20 s that this tab is there, and how long its person has been idle. */
export function usePresence() {
  const { teamId } = useMembership();
  const heartbeat = useHeartbeat();
  const disconnect = useDisconnect();

  useEffect(() => {
    const beat = () =>
      void heartbeat({ teamId, sessionId, idleMs: Date.now() - lastActiveAt }).catch(() => {});
    const worker = new Worker(trusted(heartbeatUrl), { type: 'module' });
    worker.onmessage = beat;
    const comeBack = () => {
      if (document.visibilityState === 'visible') beat();
    };
    const leave = () => void disconnect({ teamId, sessionId }).catch(() => {});
    document.addEventListener('visibilitychange', comeBack);
    addEventListener('pagehide', leave);
    beat();
    return () => {
      worker.terminate();
      document.removeEventListener('visibilitychange', comeBack);
      removeEventListener('pagehide', leave);
    };
  }, [teamId, heartbeat, disconnect]);
}
