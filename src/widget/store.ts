/**
 * Small values that should outlive the page, shared by all tabs of the browser. Where a browser forbids storage, they live as
 * long as the page does, and `isKept` says so.
 */
export interface Store {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
}

export interface BrowserStore extends Store {
  readonly isKept: boolean;
  /** All whose keys begin like this are gone, for every tab. */
  clear(beginning: string): void;
  /** Told when another tab has changed a value from what this one knew it to be. Returns how to be told no more. */
  watch(key: string, onChange: (value: string | null) => void): () => void;
}

export function browserStore(): BrowserStore {
  const isKept = canKeep();
  /** What the browser does not keep: all of it, or what its storage had no room for. */
  const memory = new Map<string, string>();
  /** As this tab has last read or written them. */
  const seen = new Map<string, string | null>();

  const read = (key: string) => memory.get(key) ?? (isKept ? localStorage.getItem(key) : null);
  const note = (key: string, value: string | null) => {
    seen.set(key, value);
    return value;
  };

  function set(key: string, value: string | null): void {
    note(key, value);
    memory.delete(key);
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
      if (isKept) return;
    } catch {
      // No room, or no storage at all.
    }
    if (value !== null) memory.set(key, value);
  }

  return {
    isKept,
    get: (key) => note(key, read(key)),
    set,
    clear(beginning) {
      const keys = [...memory.keys(), ...(isKept ? Object.keys(localStorage) : [])];
      for (const key of keys) if (key.startsWith(beginning)) set(key, null);
    },
    watch(key, onChange) {
      const look = (event: StorageEvent) => {
        // Null: somebody has emptied all of it.
        if (event.key !== key && event.key !== null) return;
        const value = event.key === null ? null : event.newValue;
        if ((seen.get(key) ?? null) === value) return;
        note(key, value);
        memory.delete(key);
        onChange(value);
      };
      addEventListener('storage', look);
      return () => removeEventListener('storage', look);
    },
  };
}

function canKeep(): boolean {
  const key = 'baton.kept';
  try {
    localStorage.setItem(key, key);
    // Some write without a word what they never give back, or refuse only that.
    const kept = localStorage.getItem(key);
    localStorage.removeItem(key);
    return kept === key;
  } catch {
    return false;
  }
}
