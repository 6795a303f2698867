/** How long it takes when the machine does nothing else meanwhile: the shortest of `tries` runs, ms. */
export async function quickest(run: () => unknown, tries = 3): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < tries; at++) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}
