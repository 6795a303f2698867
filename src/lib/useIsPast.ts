import { useCallback, useSyncExternalStore } from 'react';

/** The longest that a timer waits. */
const mostMs = 2 ** 31 - 1;

/** Whether an instant has gone by; whoever asks is drawn anew at it, and not before. Null: it never does. */
export function useIsPast(at: number | null): boolean {
  const subscribe = useCallback(
    (look: () => void) => {
      if (at === null || at <= Date.now()) return () => {};
      const timer = setTimeout(look, Math.min(at - Date.now() + 1, mostMs));
      return () => clearTimeout(timer);
    },
    [at],
  );
  return useSyncExternalStore(subscribe, () => at !== null && at <= Date.now());
}
