/** The benchmark works: every engine row runs in a tiny size and counts something. No time is asserted. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isMet } from './row.ts';
import { rows } from './rows.ts';
import { Engines } from './support/engines.ts';
import { seededRandom, zipf } from './support/measure.ts';
import { tableLine } from './table.ts';

let engines: Engines;
beforeAll(() => {
  engines = new Engines();
});
afterAll(() => engines.close());

// The desk's rows start whole desks and browsers; the journeys prove those.
const ofDesks = [
  ...['screens', 'customerMessages', 'handovers', 'race', 'holds', 'bystander', 'screen'],
  ...[
    'walk',
    'chat',
    'scripts',
    'signUps',
    'signIns',
    'restart',
    'afterLoad',
    'billed',
    'mail',
    'search',
    'counting',
    'floor',
    'board',
  ],
];
const quick = rows.filter((row) => !ofDesks.includes(row.name));

it.each(quick.map((row) => [row.name, row] as const))(
  'row %s measures something',
  async (_name, row) => {
    const figures = await row.run({ engines, size: { tiny: true } });
    if (process.platform === 'linux') expect(figures).not.toEqual([]);
    for (const figure of figures) {
      expect(figure.engine).toBeGreaterThanOrEqual(0);
      expect(figure.baseline ?? 1).toBeGreaterThan(0);
    }
  },
  60_000,
);

it('every row has a name of its own and says what it is', () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  for (const { about } of rows) expect(about).not.toBe('');
});

const figure = { what: 'it', unit: 'ms', against: 'that', baseline: 10, engine: 5 };

it.each([
  [{ ratioAtLeast: 0.5 }, true],
  [{ ratioAtLeast: 0.6 }, false],
  [{ ratioAtMost: 0.5 }, true],
  [{ ratioAtMost: 0.4 }, false],
  [{ atMost: 5 }, true],
  [{ ratioAtMost: 0.5, atMost: 4 }, false],
  [{ ratioAtMost: 0.4, atMost: 5 }, false],
])('a figure is met when all its bounds hold: %j', (reach, met) => {
  expect(isMet({ ...figure, reach })).toBe(met);
});

it('a figure without a baseline has no ratio to meet', () => {
  const alone = { ...figure, baseline: null };
  expect(isMet({ ...alone, reach: { atMost: 5 } })).toBe(true);
  expect(isMet({ ...alone, reach: { ratioAtMost: 1 } })).toBe(false);
});

it('a line of the table names the goal and whether it is met', () => {
  const reach = { ratioAtMost: 3, atMost: 60 };
  expect(tableLine({ ...figure, reach, note: 'once' })).toBe(
    '| it | 5.00 ms | 10.0 ms | 0.50 | ≤ 3×, ≤ 60 ms | met | that; once |',
  );
});

it('draws of alpha 0 are even, of 1.5 mostly the first few', () => {
  const share = (alpha: number) => {
    const draw = zipf(1_000, alpha, seededRandom(3));
    return Array.from({ length: 10_000 }, draw).filter((drawn) => drawn < 10).length / 10_000;
  };
  expect(share(0)).toBeCloseTo(0.01, 2);
  expect(share(1.5)).toBeGreaterThan(0.7);
});
