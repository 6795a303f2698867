/** Calls back once so many things have been heard. */
export function gather(count: number): { heard: () => void; next: () => Promise<void> } {
  let left = 0;
  let done = () => {};
  return {
    heard() {
      if (--left === 0) done();
    },
    next() {
      left = count;
      return new Promise((resolve) => (done = resolve));
    },
  };
}
