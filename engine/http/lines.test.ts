import { expect, it, vi } from 'vitest';
import { EDGES } from '../values/edges.ts';
import { BESIDE_MS, Lines } from './lines.ts';

const { most } = EDGES.actionsOfAddress;

it('[engine H18] of one address so many run at once, in order, and nobody else waits for them', async () => {
  const lines = new Lines({ most });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((end) => ends.push(end));
  };
  const all = Array.from({ length: 3 * most }, (_, at) => lines.run('10.0.0.1', work(`${at}`)));
  await Promise.resolve();
  expect(begun).toHaveLength(most);
  const others = ['10.0.0.2', null, null].map((address, at) => lines.run(address, work(`other ${at}`)));
  await Promise.resolve();
  expect(begun.slice(most)).toEqual(['other 0', 'other 1', 'other 2']);
  for (let ended = 0; ended < 3 * most + 3; ended++) {
    ends.shift()!();
    await new Promise((turn) => setImmediate(turn));
    expect(ends.length).toBeLessThanOrEqual(most + 3);
  }
  await Promise.all([...all, ...others]);
  const ofOne = begun.filter((name) => !name.startsWith('other'));
  expect(ofOne).toEqual(Array.from({ length: 3 * most }, (_, at) => `${at}`));
});

it('[engine H18] one that fails makes room like any other', async () => {
  const lines = new Lines({ most });
  const failing = Array.from({ length: 2 * most }, () =>
    lines.run('a', () => Promise.reject(new Error('no'))),
  );
  expect((await Promise.allSettled(failing)).every(({ status }) => status === 'rejected')).toBe(true);
  expect(await lines.run('a', () => Promise.resolve('next'))).toBe('next');
});

it('[engine H26] one that takes long makes room once, and its end makes no more', async () => {
  vi.useFakeTimers();
  try {
    const lines = new Lines({ most: 1, holdsMs: 250 });
    const ends: (() => void)[] = [];
    let begun = 0;
    const work = () => {
      begun++;
      return new Promise<void>((end) => ends.push(end));
    };
    const all = [1, 2, 3].map(() => lines.run('key', work));
    await vi.advanceTimersByTimeAsync(249);
    expect(begun).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun).toBe(2);
    ends[0]!();
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toBe(2);
    ends[1]!();
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toBe(3);
    ends[2]!();
    await Promise.all(all);
  } finally {
    vi.useRealTimers();
  }
});

it('[engine H26] while another is heard of fewer run at once, and as many as before a second later', async () => {
  vi.useFakeTimers();
  try {
    const lines = new Lines({ most: 4, mostBesideOthers: 2 });
    const ends: (() => void)[] = [];
    let begun = 0;
    const work = () => {
      begun++;
      return new Promise<void>((end) => ends.push(end));
    };
    const end = async () => {
      ends.shift()!();
      await vi.advanceTimersByTimeAsync(0);
    };
    lines.heard('flood');
    const all = Array.from({ length: 16 }, () => lines.run('flood', work));
    await vi.advanceTimersByTimeAsync(0);
    // Nobody makes room for itself.
    expect(begun).toBe(4);
    lines.heard('other');
    lines.heard('flood');
    const others = [1, 2].map(() => lines.run('other', work));
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toBe(6);
    for (let at = 0; at < 3; at++) await end();
    // Of four that ran two have made room for the other's.
    expect(begun).toBe(7);
    await vi.advanceTimersByTimeAsync(BESIDE_MS);
    await end();
    expect(begun - 2).toBeGreaterThan(7);
    while (ends.length > 0) await end();
    await Promise.all([...all, ...others]);
    expect(begun).toBe(18);
  } finally {
    vi.useRealTimers();
  }
});
