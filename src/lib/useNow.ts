import { useCallback, useSyncExternalStore } from 'react';

interface Ticker {
  now: number;
  listeners: Set<() => void>;
  timer?: ReturnType<typeof setInterval>;
}

const tickers = new Map<number, Ticker>();

function tickerOf(everyMs: number): Ticker {
  const ticker = tickers.get(everyMs) ?? { now: Date.now(), listeners: new Set() };
  tickers.set(everyMs, ticker);
  return ticker;
}

/** The present, moving every `everyMs`: one timer per pace, shared by every age on the page. */
export function useNow(everyMs = 5_000): number {
  const ticker = tickerOf(everyMs);
  const subscribe = useCallback(
    (listener: () => void) => {
      ticker.listeners.add(listener);
      ticker.timer ??= setInterval(() => {
        ticker.now = Date.now();
        for (const each of ticker.listeners) each();
      }, everyMs);
      return () => {
        ticker.listeners.delete(listener);
        if (ticker.listeners.size > 0) return;
        clearInterval(ticker.timer);
        ticker.timer = undefined;
      };
    },
    [ticker, everyMs],
  );
  return useSyncExternalStore(subscribe, () => ticker.now);
}
