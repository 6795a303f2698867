/**
 * A choice or a memory of this person on this machine, one for all who look at it. Where storing is forbidden or full, it is
 * kept for this page only.
 */
export interface Kept<T> {
  now: () => T;
  set: (next: T) => void;
  /** For useSyncExternalStore. */
  listen: (listener: () => void) => () => void;
}

/** `parse` meets what anybody may have written there, and null for nothing; it may throw. `print`: null removes it. */
export function kept<T>(
  key: string,
  fallback: T,
  parse: (stored: string) => T,
  print: (value: T) => string | null,
): Kept<T> {
  const listeners = new Set<() => void>();
  let value = read();

  function read(): T {
    try {
      const stored = localStorage.getItem(key);
      return stored === null ? fallback : parse(stored);
    } catch {
      return fallback;
    }
  }

  return {
    now: () => value,
    set(next) {
      value = next;
      try {
        const text = print(next);
        if (text === null) localStorage.removeItem(key);
        else localStorage.setItem(key, text);
      } catch {
        // It stands for this page.
      }
      for (const listener of listeners) listener();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
