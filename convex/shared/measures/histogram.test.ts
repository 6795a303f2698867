import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { addHistogram, bucketOf, countOf, error, type Histogram, percentile } from './histogram';

const anyTimes = fc.array(
  fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 3_600_000 }), fc.integer({ min: 0, max: 366 * 86_400_000 })),
  { minLength: 1, maxLength: 200 },
);

function histogramOf(times: number[]): Histogram {
  const histogram: Histogram = {};
  for (const ms of times) addHistogram(histogram, { [bucketOf(ms)]: 1 });
  return histogram;
}

test('[B2] any percentile of any times is at most 5 % away from the time itself', () => {
  fc.assert(
    fc.property(anyTimes, fc.double({ min: 0, max: 1, noNaN: true }), (times, share) => {
      const inOrder = times.toSorted((a, b) => a - b);
      const exact = inOrder[Math.max(1, Math.ceil(share * inOrder.length)) - 1]!;
      const told = percentile(histogramOf(times), share)!;
      expect(Math.abs(told - exact)).toBeLessThanOrEqual(error * exact * (1 + 1e-9));
    }),
  );
});

test('[B2] the sum of two histograms is the histogram of all their times, and taking one away leaves the other', () => {
  fc.assert(
    fc.property(anyTimes, anyTimes, (one, other) => {
      const sum = histogramOf(one);
      addHistogram(sum, histogramOf(other));
      expect(sum).toEqual(histogramOf([...one, ...other]));
      expect(countOf(sum)).toBe(one.length + other.length);
      addHistogram(sum, histogramOf(other), -1);
      expect(sum).toEqual(histogramOf(one));
    }),
  );
});

test('[B2] where nothing was measured there is no percentile', () => {
  expect(percentile({}, 0.5)).toBeNull();
  expect(percentile(histogramOf([0, 0, 5]), 0.5)).toBe(0);
});
