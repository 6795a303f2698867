import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Line } from './line.ts';
import { type Rank, type Ranked, RANKS, WriteQueue } from './order.ts';
import { openTestEngine, type TestEngine } from './testKit.ts';
import type { Transaction } from './transaction.ts';

interface Numbered extends Ranked {
  n: number;
}

const rank = fc.constantFrom(...RANKS, 'ordinary' as const);
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('push' as const),
      rank,
      session: fc.constantFrom(null, null, 'ann', 'bob'),
      owner: fc.constantFrom(null, 'flood', 'other'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take' as const), begun: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 600) }) },
);
const BATCH = 8;

describe('the order of mutations', () => {
  it('[engine T25] what is withdrawn of somebody of whom nothing waits takes no one else’s place', () => {
    const line = new Line<string>();
    line.push('gone', 'ann', 0);
    expect(line.take(1, 0)).toEqual(['gone']);
    line.push('flood 1', 'flood', 0);
    line.push('other 1', 'other', 0);
    expect(line.withdraw('ann', () => true)).toEqual([]);
    expect([line.length, line.take(9, 0)]).toEqual([2, ['flood 1', 'other 1']]);
  });

  it('[engine T25] of each session, and of each rank and owner without one, jobs come in the order in which they were pushed, none twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        let now = 0;
        const queue = new WriteQueue<Numbered>(() => now);
        const run: Numbered[] = [];
        const pushed: Numbered[] = [];
        for (const one of steps) {
          if (one.do === 'push') {
            const job = { n: pushed.length, rank: one.rank, session: one.session, owner: one.owner };
            pushed.push(job);
            queue.push(job);
          } else if (one.do === 'pass') {
            now += one.ms;
          } else {
            const taken = queue.take(BATCH);
            run.push(...taken.slice(0, one.begun));
            queue.putBack(taken.slice(one.begun));
          }
        }
        run.push(...queue.clear());
        expect(queue.length).toBe(0);
        expect(run.toSorted((a, b) => a.n - b.n)).toEqual(pushed);
        const inOrder = (jobs: Numbered[]) =>
          expect(jobs.map(({ n }) => n)).toEqual(jobs.map(({ n }) => n).toSorted((a, b) => a - b));
        for (const session of ['ann', 'bob']) inOrder(run.filter((job) => job.session === session));
        for (const of of [...RANKS, 'ordinary'])
          for (const owner of [null, 'flood', 'other'])
            inOrder(run.filter((job) => job.session === null && job.rank === of && job.owner === owner));
      }),
      { numRuns: 3_000 },
    );
  });

  it('[E4] [engine T25] while nobody has waited long, the foremost rank is taken, and a session brings along what it sent before', () => {
    const queue = new WriteQueue<Numbered>(() => 0);
    const ranks = ['ordinary', 'early', 'first', 'ordinary', 'early', 'first'] as const;
    for (const [n, of] of ranks.entries())
      queue.push({ n, rank: of, session: n === 3 || n === 5 ? 'ann' : null, owner: null });
    expect(queue.take(2).map(({ n }) => n)).toEqual([2, 3]);
    expect(queue.take(9).map(({ n }) => n)).toEqual([5, 1, 4, 0]);
  });

  it('[E4] [engine T25] whoever asks for much waits for themself: others wait for one of each', () => {
    const queue = new WriteQueue<Numbered>(() => 0);
    const push = (n: number, owner: string | null, session: string | null = null) =>
      queue.push({ n, rank: 'ordinary', session, owner });
    for (let n = 0; n < 6; n++) push(n, 'flood', n % 2 === 0 ? 'tab' : null);
    push(6, 'one');
    push(7, null);
    push(8, 'other');
    push(9, null);
    const next = (count: number) => queue.take(count).map(({ n }) => n);
    expect(next(4)).toEqual([0, 6, 7, 8]);
    push(10, 'one');
    const begun = queue.take(4);
    expect(begun.map(({ n }) => n)).toEqual([9, 1, 10, 2]);
    queue.putBack(begun.slice(1));
    expect(next(9)).toEqual([1, 10, 2, 3, 4, 5]);
  });

  it('[E4] [engine T25] 200,000 that one owner asks for are taken and put back as fast, each, as a few are', () => {
    const queue = new WriteQueue<Numbered>(() => 0);
    const many = 200_000;
    for (let n = 0; n < many; n++) queue.push({ n, rank: 'ordinary', session: null, owner: 'flood' });
    const beganAt = performance.now();
    let next = 0;
    while (next < many) {
      const taken = queue.take(64);
      expect(taken[0]!.n).toBe(next);
      const begun = Math.min(40, taken.length);
      queue.putBack(taken.slice(begun));
      next += begun;
    }
    expect(queue.length).toBe(0);
    expect(performance.now() - beganAt).toBeLessThan(2_000);
  });

  it('[E4] [engine T25] no rank waits longer than a second, however many of the others there are', () => {
    let now = 0;
    const queue = new WriteQueue<Numbered>(() => now);
    const turnsOf: Record<string, number[]> = { first: [], early: [], ordinary: [] };
    let n = 0;
    for (; now < 10_000; now += 5) {
      for (const of of ['first', 'first', 'first', 'early', 'ordinary'] as const) {
        queue.push({ n: n++, rank: of, session: null, owner: null });
      }
      for (const job of queue.take(2)) turnsOf[job.rank]!.push(now);
    }
    for (const turns of Object.values(turnsOf)) {
      const gaps = [...turns, now].map((at, which) => at - (turns[which - 1] ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(1_000);
    }
    expect(turnsOf.first!.length).toBeGreaterThan(turnsOf.ordinary!.length * 20);
  });
});

describe('the committer under load', () => {
  let engine: TestEngine;
  beforeEach(() => (engine = openTestEngine()));
  afterEach(() => engine.dispose());

  it('[E4] [engine T25] a first mutation waits for the batch that runs and for no ordinary one behind it', async () => {
    const done: string[] = [];
    const ordinary = Array.from({ length: 500 }, (_, n) =>
      engine.committer
        .write((tx) => {
          const until = performance.now() + 1;
          while (performance.now() < until);
          return tx.db('').insert('a', { n });
        })
        .then(() => void done.push('ordinary')),
    );
    await ordinary[0];
    await engine.committer.write((tx) => tx.db('').insert('a', {}), { rank: 'first' });
    const ahead = done.length;
    expect(ahead).toBeLessThan(130);
    await Promise.all(ordinary);
    expect(done.length).toBe(500);
  });

  it('[engine T3] where the disk is slow more mutations share a sync, unless somebody of a rank waits for it', async () => {
    const batches: number[] = [];
    const slow = openTestEngine({ onBatch: (jobs) => void batches.push(jobs) });
    Object.defineProperty(slow.store.db.log, 'tookMs', { get: () => 20 });
    // A millisecond each, whatever else the machine does.
    vi.useFakeTimers({ toFake: ['performance'] });
    const slowly = (tx: Transaction): void => {
      vi.advanceTimersByTime(1);
      tx.db('').insert('a', {});
    };
    const firstBatchOf = async (rank: Rank): Promise<number> => {
      batches.length = 0;
      const rest = Array.from({ length: 40 }, () => slow.committer.write(slowly));
      await Promise.all([...rest, slow.committer.write(slowly, { rank })]);
      return batches[0]!;
    };
    expect(await firstBatchOf('ordinary')).toBeGreaterThan(await firstBatchOf('first'));
    vi.useRealTimers();
    slow.dispose();
  });
});
