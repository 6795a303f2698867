/** The benchmark works: every engine row runs in a tiny size and counts something. No time is asserted. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isMet, ratioOf } from './row.ts';
import { rows } from './rows.ts';
import { Engines } from './support/engines.ts';

let engines: Engines;
beforeAll(() => {
  engines = new Engines();
});
afterAll(() => engines.close());

// The desk's rows start whole desks and browsers; the journeys prove those.
const quick = rows.filter((row) => !['screen', 'signUps', 'restart'].includes(row.name));

it.each(quick.map((row) => [row.name, row] as const))(
  'row %s measures something',
  async (_name, row) => {
    for (const figure of await row.run({ engines, size: { tiny: true } })) {
      expect(figure.engine).toBeGreaterThanOrEqual(0);
      expect(Number.isNaN(figure.baseline) || figure.baseline > 0).toBe(true);
    }
  },
  60_000,
);

it('a figure is met by its ratio or by its value', () => {
  const figure = {
    what: '',
    unit: '',
    against: '',
    baseline: 10,
    engine: 5,
    reach: { of: 'ratio' as const, atLeast: 0.5 },
  };
  expect(ratioOf(figure)).toBe(0.5);
  expect(isMet(figure)).toBe(true);
  expect(isMet({ ...figure, reach: { of: 'value', atMost: 4 } })).toBe(false);
});
