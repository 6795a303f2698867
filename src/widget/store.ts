/** Small values that should outlive the page. Where a browser forbids storage, they live as long as the page does. */
export interface Store {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
}

export function browserStore(): Store {
  const memory = new Map<string, string>();
  return {
    get(key) {
      try {
        return localStorage.getItem(key) ?? memory.get(key) ?? null;
      } catch {
        return memory.get(key) ?? null;
      }
    },
    set(key, value) {
      if (value === null) memory.delete(key);
      else memory.set(key, value);
      try {
        if (value === null) localStorage.removeItem(key);
        else localStorage.setItem(key, value);
      } catch {
        // Storage is full or forbidden: memory has it.
      }
    },
  };
}
