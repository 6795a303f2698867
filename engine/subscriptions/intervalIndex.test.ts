import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntervalIndex, type KeyInterval } from './intervalIndex.ts';

// A small alphabet makes shared prefixes, equal bounds and carries likely.
const byte = fc.constantFrom(0, 1, 2, 254, 255);
const key = fc
  .uint8Array({ minLength: 0, maxLength: 7 })
  .chain((random) =>
    fc
      .array(byte, { minLength: 0, maxLength: 7 })
      .map((small) => (random.length % 2 ? random : Uint8Array.from(small))),
  );
const point = key.map((start) => ({ start, end: Uint8Array.from([...start, 0]) }));
const range = fc.tuple(key, fc.option(key, { nil: null })).map(([start, end]) => ({ start, end }));
const interval: fc.Arbitrary<KeyInterval> = fc.oneof(point, range);
const command = fc.record({ remove: fc.boolean(), interval, owner: fc.integer({ min: 0, max: 5 }) });

function contains({ start, end }: KeyInterval, probe: Uint8Array): boolean {
  return Buffer.compare(start, probe) <= 0 && (end === null || Buffer.compare(probe, end) < 0);
}

const nameOf = (i: KeyInterval) =>
  `${Buffer.from(i.start).toString('hex')}-${i.end ? Buffer.from(i.end).toString('hex') : '*'}`;

describe('the interval index', () => {
  it('[engine R1] finds exactly the owners a linear scan finds, after any adds and removes', () => {
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 60 }),
        fc.array(key, { minLength: 1, maxLength: 20 }),
        (commands, probes) => {
          const index = new IntervalIndex<number>();
          const twin = new Map<string, { interval: KeyInterval; owner: number }>();
          for (const { remove, interval, owner } of commands) {
            const name = `${nameOf(interval)}/${owner}`;
            if (remove) {
              index.remove(interval, owner);
              twin.delete(name);
            } else {
              index.add(interval, owner);
              twin.set(name, { interval, owner });
            }
          }
          for (const probe of [...probes, ...commands.map((c) => c.interval.start)]) {
            const found = new Set<number>();
            index.stab(probe, (owner) => found.add(owner));
            const expected = new Set(
              [...twin.values()].filter((e) => contains(e.interval, probe)).map((e) => e.owner),
            );
            expect([...found].sort()).toEqual([...expected].sort());
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('[engine R1] is empty again when everything added has been removed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(interval, fc.integer({ min: 0, max: 3 })), { maxLength: 40 }),
        (entries) => {
          const index = new IntervalIndex<number>();
          for (const [i, owner] of entries) index.add(i, owner);
          for (const [i, owner] of entries) index.remove(i, owner);
          expect(index.isEmpty()).toBe(true);
        },
      ),
    );
  });

  it('[engine R2] a stab among 20,000 intervals looks at little more than one among 1,000', () => {
    const looks = (n: number) => {
      const index = new IntervalIndex<number>();
      const bytes = (i: number) => Buffer.from([0, 0, 0, 9, i >> 16, (i >> 8) & 255, i & 255, 1]);
      for (let i = 0; i < n; i++) index.add({ start: bytes(2 * i), end: bytes(2 * i + 1) }, i);
      let hits = 0;
      let looked = 0;
      for (let i = 0; i < 20_000; i++) looked += index.stab(bytes(2 * ((i * 7919) % n) + 1), () => hits++);
      expect(hits).toBe(0);
      return looked;
    };
    expect(looks(20_000)).toBeLessThan(looks(1_000) * 3);
  });
});
