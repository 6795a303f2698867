import { expect, test } from 'vitest';
import { callNameOf } from './callNames';

test('[M9] who has not said who they are is told from others, and called alike everywhere', () => {
  const ids = Array.from(
    { length: 4_000 },
    (_, at) => `jd7${at.toString(36).padStart(5, '0')}k2r8y0e32baq2sm7hf`,
  );
  const names = ids.map(callNameOf);
  expect(ids.map(callNameOf)).toEqual(names);
  for (const name of names) expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  // 1,024 names: of 4,000 customers about four share one.
  expect(counts.size).toBeGreaterThan(900);
  expect(Math.max(...counts.values())).toBeLessThan(20);
});
