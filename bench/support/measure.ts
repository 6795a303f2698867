/** Numbers from runs: percentiles, closed loops, and baseline and engine taken in turns so that both see the same machine. */

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Runs both sides `rounds` times in turns, changing who is first, and answers the medians. */
export async function inTurns(
  rounds: number,
  baseline: () => Promise<number>,
  engine: () => Promise<number>,
): Promise<{ baseline: number; engine: number }> {
  const results = { baseline: [] as number[], engine: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (['baseline', 'engine'] as const) : (['engine', 'baseline'] as const);
    for (const side of order) results[side].push(await (side === 'baseline' ? baseline() : engine()));
  }
  return { baseline: median(results.baseline), engine: median(results.engine) };
}

/** Keeps `callers` calls under way for `seconds`; answers finished calls a second. */
export async function closedLoop(
  callers: number,
  seconds: number,
  call: (caller: number, turn: number) => Promise<unknown>,
): Promise<number> {
  const begin = performance.now();
  const until = begin + seconds * 1000;
  let done = 0;
  const loop = async (caller: number): Promise<void> => {
    for (let turn = 0; performance.now() < until; turn++) {
      await call(caller, turn);
      done++;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  return (done * 1000) / (performance.now() - begin);
}

/** Milliseconds that `call` takes, `times` times, one after another. */
export async function timings(times: number, call: (turn: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let turn = 0; turn < times; turn++) {
    const begin = performance.now();
    await call(turn);
    taken.push(performance.now() - begin);
  }
  return taken;
}

/** The same numbers in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
