import { useEffect, useState } from 'react';

/** Says that the server cannot be reached, and for two seconds that it can again. */
export function OfflineBar({ isConnected }: { isConnected: boolean }) {
  const [phase, setPhase] = useState<'connected' | 'offline' | 'back'>('connected');

  useEffect(() => {
    // A short break is not worth a bar: most reconnects are over before anybody could read it.
    if (!isConnected) {
      const timer = setTimeout(() => setPhase('offline'), 1_000);
      return () => clearTimeout(timer);
    }
    setPhase((current) => (current === 'offline' ? 'back' : current));
    const timer = setTimeout(() => setPhase('connected'), 2_000);
    return () => clearTimeout(timer);
  }, [isConnected]);

  return (
    <div role="status" aria-live="polite">
      {phase !== 'connected' && (
        <p
          className={`px-4 py-1.5 text-center text-sm font-medium ${phase === 'offline' ? 'bg-warn-soft text-warn' : 'bg-ok-soft text-ok'}`}
        >
          {phase === 'offline' ? 'The desk cannot be reached. Trying again…' : 'Connected again.'}
        </p>
      )}
    </div>
  );
}
