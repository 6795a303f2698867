import { useEffect } from 'react';
// oxlint-disable-next-line import/default -- the address, as vite makes it
import heartbeatUrl from './heartbeat.worker.ts?worker&url';
import { useDisconnect, useHeartbeat } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { idleMs } from '../../lib/activity';
import { trusted } from '../../lib/trusted';

const sessionId = crypto.randomUUID();

/** Tells the desk every 20 s that this tab is there, and how long its person has been idle. */
export function usePresence() {
  const { teamId } = useMembership();
  const heartbeat = useHeartbeat();
  const disconnect = useDisconnect();

  useEffect(() => {
    const beat = () => void heartbeat({ teamId, sessionId, idleMs: idleMs() }).catch(() => {});
    // An address that the build wrote.
    const worker = new Worker(trusted.createScriptURL(heartbeatUrl), { type: 'module' });
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
