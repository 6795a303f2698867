/** Numbers from runs: percentiles, closed loops, and and what is compared taken in turns. */

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/**
 * Runs all sides `rounds` times in turns, every other round backwards, and answers the median of each: a machine that
 * grows slower or faster meanwhile does so for all of them.
 */
export async function inTurns<Side extends string>(
  rounds: number,
  sides: Record<Side, () => Promise<number>>,
): Promise<Record<Side, number>> {
  const names = Object.keys(sides) as Side[];
  const results = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      results.get(name)!.push(await sides[name]());
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(results.get(name)!)])) as Record<Side, number>;
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

/** So far apart, a change is told at once to a screen that was told of the one before (docs/adr/0007-order-under-load.md). */
export const APART_MS = 50;

/**
 * Milliseconds that `call` takes, `times` times one after another with a pause in between; fewer times where that would
 * take longer than `budgetMs`.
 */
export async function timings(
  times: number,
  call: (turn: number) => Promise<unknown>,
  pauseMs = 0,
  budgetMs = Number.POSITIVE_INFINITY,
): Promise<number[]> {
  const taken: number[] = [];
  const end = performance.now() + budgetMs;
  for (let turn = 0; turn < times && performance.now() < end; turn++) {
    if (pauseMs > 0) await pause(pauseMs);
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

/**
 * Draws from 0 … n - 1, each k as often as 1 / (k + 1) ^ alpha: all alike for 0, four in ten of all draws the first one
 * for 1.5.
 */
export function zipf(n: number, alpha: number, random: () => number): () => number {
  const upTo = new Float64Array(n);
  let sum = 0;
  for (let k = 0; k < n; k++) upTo[k] = sum += 1 / (k + 1) ** alpha;
  return () => {
    const point = random() * sum;
    let [low, high] = [0, n - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! <= point) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Calls at their times, however slow the ones before; answers how long each took from its time on. */
export async function atRate(
  { perSecond, seconds, callers }: { perSecond: number; seconds: number; callers: number },
  call: (caller: number, turn: number) => Promise<unknown>,
): Promise<number[]> {
  const count = Math.floor(perSecond * seconds);
  const begin = performance.now();
  const taken: number[] = [];
  let due = 0;
  const caller = async (_: unknown, me: number) => {
    for (let turn = due++; turn < count; turn = due++) {
      const at = begin + (turn * 1_000) / perSecond;
      await pause(Math.max(0, at - performance.now()));
      await call(me, turn);
      taken.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return taken;
}
