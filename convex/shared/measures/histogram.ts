/**
 * Times counted in buckets of one ratio, so that any percentile of any sum of them is known to within 5 % (docs/rules.md B2).
 * Pure.
 *
 * Bucket `i` holds the times above `ratio ** (i - 1)` ms, up to `ratio ** i`; what it says of them lies so between the two that it
 * is wrong by at most `error` of each. Times that are no time at all have a bucket of their own.
 */
export const error = 0.05;
const ratio = (1 + error) / (1 - error);
/** Longer than anything that is measured. */
const longestMs = 10 * 366 * 86_400_000;

const ends: number[] = [1];
while (ends.at(-1)! < longestMs) ends.push(ends.at(-1)! * ratio);

/** How many times each bucket holds, by its name; a bucket that holds none may be missing. */
export type Histogram = Record<string, number>;
const none = 'none';

/** In whole ms, 0 and up. */
export function bucketOf(ms: number): string {
  if (ms < 1) return none;
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (ends[middle]! < ms) low = middle + 1;
    else high = middle;
  }
  return String(low);
}

function timeOf(bucket: string): number {
  return bucket === none ? 0 : (2 * ends[Number(bucket)]!) / (ratio + 1);
}

/** Adds to `sum` what the other holds, in place. */
export function addHistogram(sum: Histogram, other: Histogram, times = 1): void {
  for (const [bucket, count] of Object.entries(other)) {
    const now = (sum[bucket] ?? 0) + times * count;
    if (now === 0) delete sum[bucket];
    else sum[bucket] = now;
  }
}

export function countOf(histogram: Histogram): number {
  return Object.values(histogram).reduce((sum, count) => sum + count, 0);
}

/** The time that `share` (0 to 1) of all stay within, in ms; null: there are none. */
export function percentile(histogram: Histogram, share: number): number | null {
  const rank = Math.max(1, Math.ceil(share * countOf(histogram)));
  let passed = 0;
  for (const bucket of Object.keys(histogram).toSorted((a, b) => timeOf(a) - timeOf(b))) {
    passed += histogram[bucket]!;
    if (passed >= rank) return timeOf(bucket);
  }
  return null;
}
