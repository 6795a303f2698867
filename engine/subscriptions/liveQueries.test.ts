import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyAfter } from '../query/readSet.ts';
import type { Clock } from '../transaction/order.ts';
import {
  LiveQueries,
  type QueryCall,
  type QueryCaller,
  type QueryRun,
  type Subscription,
  type SubscriptionOwner,
} from './liveQueries.ts';
import { collectGarbage } from '../../test/collectGarbage.ts';
import { quickest } from '../../test/quickest.ts';

/**
 * A store of 16 one-byte cells under index id 7. Query "sum" reads the cells [from, to); "whoIf" reads one cell and looks
 * at the caller only if it is odd; "page" reads from a cell on until `size` non-zero cells were seen, or to its journal.
 */
class Cells {
  values = new Array<number>(16).fill(0);
  ts = 1n;

  key(cell: number): Uint8Array {
    return Uint8Array.from([0, 0, 0, 7, cell]);
  }

  runAll = (calls: readonly QueryCall[]): QueryRun[] => calls.map(this.run);

  run = (call: QueryCall): QueryRun => {
    const args = call.args as { from: number; to: number; size: number };
    const intervals: { start: Uint8Array; end: Uint8Array }[] = [];
    let value: unknown;
    let journal: string | null = null;
    let observedIdentity = false;
    if (call.path === 'sum') {
      intervals.push({ start: this.key(args.from), end: this.key(args.to) });
      value = this.values.slice(args.from, args.to);
    } else if (call.path === 'whoIf') {
      intervals.push({ start: this.key(args.from), end: keyAfter(this.key(args.from)) });
      observedIdentity = this.values[args.from]! % 2 === 1;
      value = observedIdentity ? call.caller.identity : 'nobody asked';
    } else {
      let to = call.journal === null ? args.from : Number(call.journal);
      if (call.journal === null)
        for (let seen = 0; to < 16 && seen < args.size; to++) if (this.values[to]! > 0) seen++;
      intervals.push({ start: this.key(args.from), end: this.key(to) });
      value = this.values.slice(args.from, to);
      journal = String(to);
    }
    return {
      result: { ok: true, value: JSON.stringify(value) },
      logLines: [],
      journal,
      ts: this.ts,
      readSet: {
        intervals: () => intervals,
        observedTime: false,
        observedIdentity,
        dependencies: new Set(['env:X']),
      },
    };
  };
}

class Reader implements SubscriptionOwner {
  dirtyCount = 0;
  toldAtMs = -Infinity;
  inHurry = false;
  wakes = 0;
  held = new Map<Subscription, string>();
  changedSince: Subscription[] = [];
  readonly live: LiveQueries | null;
  /** It wanted to be told and was told to wait. */
  isOwed = false;
  #asked = false;

  /** With `live` it keeps the pace, as a session does. */
  constructor(live: LiveQueries | null = null) {
    this.live = live;
  }

  /** Wants to be told now. */
  ask(): void {
    this.#asked = true;
    this.wake();
  }

  subscriptions = () => this.held.keys();

  changed(subscription: Subscription): void {
    this.changedSince.push(subscription);
  }
  wake(): void {
    this.isOwed = this.live?.mayTell(this, this.#asked) === false;
    if (this.isOwed) return;
    this.#asked = false;
    this.wakes++;
    expect(this.dirtyCount).toBe(0);
    for (const one of this.changedSince.splice(0)) if (this.held.has(one)) this.held.set(one, textOf(one));
  }
  fail(error: unknown): void {
    throw error;
  }
}

/** A clock that goes when it is told. */
class TestClock implements Clock {
  #nowMs = 0;
  #timers = new Map<() => void, number>();

  now = () => this.#nowMs;
  after = (ms: number, run: () => void) => {
    this.#timers.set(run, this.#nowMs + ms);
    return () => void this.#timers.delete(run);
  };

  get isArmed(): boolean {
    return this.#timers.size > 0;
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    for (const [run, atMs] of this.#timers) {
      if (atMs > this.#nowMs) continue;
      this.#timers.delete(run);
      run();
    }
  }
}

const textOf = (subscription: Subscription) =>
  JSON.stringify(subscription.outcome.result) + subscription.outcome.journal;
/** Long enough for two flushes, of which one let mutations go first. */
const settled = async () => {
  for (let turn = 0; turn < 4; turn++) await new Promise((done) => setImmediate(done));
};
const caller = (name: string | null): QueryCaller => ({ identity: name && { name }, allowInternal: false });
const call = (
  path: string,
  args: object,
  who: string | null = null,
  journal: string | null = null,
): QueryCall => ({
  component: '',
  path,
  args: args as never,
  caller: caller(who),
  journal,
});

// Few distinct queries, so that they are often shared, dirty when joined, or left while dirty.
const cell = fc.integer({ min: 0, max: 2 });
const end = fc.constantFrom(2, 15);
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('write' as const), cell, value: fc.integer({ min: 0, max: 3 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('subscribe' as const),
      path: fc.constantFrom('sum', 'whoIf', 'page'),
      from: cell,
      to: end,
      reader: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), at: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fetch' as const),
      path: fc.constantFrom('sum', 'whoIf'),
      from: cell,
      who: cell,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refresh' as const), pieces: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 20, 45) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('ask', 'look'), reader: fc.integer({ min: 0, max: 3 }) }),
  },
);

describe('live queries', () => {
  it('[engine R3] after every flush each subscriber holds what a fresh run returns, whatever happened before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40, size: 'max' }), async (actions) => {
        const cells = new Cells();
        const violations: Error[] = [];
        const clock = new TestClock();
        let mutationsWait = false;
        const live = new LiveQueries({
          run: cells.runAll,
          idleRecords: 4,
          clock,
          mutationsWait: () => (mutationsWait = !mutationsWait),
          onViolation: (v) => violations.push(v),
        });
        const readers = Array.from({ length: 4 }, () => new Reader(live));
        const open: { subscription: Subscription; reader: Reader; call: QueryCall }[] = [];
        const check = async () => {
          await settled();
          while (clock.isArmed) {
            clock.pass(45);
            await settled();
          }
          for (const { subscription, reader, call } of open) {
            const journal = subscription.outcome.journal;
            const fresh = cells.run({ ...call, journal });
            expect(reader.held.get(subscription)).toBe(JSON.stringify(fresh.result) + fresh.journal);
          }
          expect(readers.filter(({ isOwed }) => isOwed)).toEqual([]);
          expect(violations).toEqual([]);
        };
        for (const step of actions) {
          if (step.do === 'write') {
            cells.values[step.cell] = step.value;
            cells.ts++;
            live.onCommit({ keys: [cells.key(step.cell)], dependencies: [] });
          } else if (step.do === 'subscribe') {
            const reader = readers[step.reader]!;
            const asked = call(
              step.path,
              { from: step.from, to: step.to, size: 2 },
              step.reader % 2 ? `r${step.reader}` : null,
            );
            const subscription = live.subscribe(asked, reader, open.length);
            reader.held.set(subscription, textOf(subscription));
            open.push({ subscription, reader, call: asked });
          } else if (step.do === 'unsubscribe') {
            const [gone] = open.splice(step.at, 1);
            if (gone) live.unsubscribe(gone.subscription);
            if (gone) gone.reader.held.delete(gone.subscription);
          } else if (step.do === 'fetch') {
            const asked = call(step.path, { from: step.from, to: 15, size: 2 }, `w${step.who % 3}`);
            expect(live.fetch(asked).result).toEqual(cells.run(asked).result);
          } else if (step.do === 'ask') {
            readers[step.reader]!.ask();
          } else if (step.do === 'look') {
            readers[step.reader]!.wake();
          } else if (step.do === 'turn') {
            await settled();
          } else if (step.do === 'pass') {
            clock.pass(step.ms);
          } else if (step.do === 'refresh') {
            let pieces = step.pieces;
            live.refresh(() => pieces-- === 0);
          } else {
            await check();
          }
        }
        await check();
        for (const { subscription } of open) live.unsubscribe(subscription);
        expect(live.liveCount).toBe(0);
        live.onCommit({ keys: [], dependencies: [], allInvalid: true });
        expect(readers.map((reader) => reader.dirtyCount)).toEqual([0, 0, 0, 0]);
      }),
      { numRuns: 1_500 },
    );
  });

  it('[E4] [engine R15] a screen is told of the first change at once, then 20 to 30 times a second, and holds the last', async () => {
    const [cells, clock] = [new Cells(), new TestClock()];
    const live = new LiveQueries({ run: cells.runAll, clock });
    const [reader, other] = [new Reader(live), new Reader(live)];
    const shared = live.subscribe(call('sum', { from: 0, to: 4 }), reader, 0);
    const own = live.subscribe(call('sum', { from: 0, to: 2 }), other, 0);
    for (const [who, what] of [
      [reader, shared],
      [other, own],
    ] as const)
      who.held.set(what, textOf(what));
    const write = (value: number): void => {
      cells.values[1] = value;
      live.onCommit({ keys: [cells.key(1)], dependencies: [] });
    };
    write(1);
    await settled();
    expect([reader.wakes, other.wakes]).toEqual([1, 1]);
    let [staleMs, stalestMs] = [0, 0];
    for (let ms = 0; ms < 1_000; ms++) {
      clock.pass(1);
      write(2 + ms);
      await settled();
      staleMs = reader.held.get(shared) === textOf(shared) && reader.dirtyCount === 0 ? 0 : staleMs + 1;
      stalestMs = Math.max(stalestMs, staleMs);
    }
    expect(reader.wakes).toBeGreaterThanOrEqual(20);
    expect(reader.wakes).toBeLessThanOrEqual(30);
    expect(stalestMs).toBeLessThanOrEqual(50);
    expect(live.stats.runs).toBeLessThanOrEqual(2 * 31);
    clock.pass(45);
    await settled();
    expect(reader.held.get(shared)).toBe(JSON.stringify({ ok: true, value: '[0,1001,0,0]' }) + null);
    expect(clock.isArmed).toBe(false);
  });

  it('[E4] [engine R15] who has asked is not held back, and does not make the others hear more often', async () => {
    const [cells, clock] = [new Cells(), new TestClock()];
    const live = new LiveQueries({ run: cells.runAll, clock });
    const [author, watcher] = [new Reader(live), new Reader(live)];
    for (const who of [author, watcher]) {
      const seen = live.subscribe(call('sum', { from: 0, to: 4 }), who, 0);
      who.held.set(seen, textOf(seen));
    }
    for (let turn = 1; turn <= 40; turn++) {
      clock.pass(1);
      cells.values[1] = turn;
      live.onCommit({ keys: [cells.key(1)], dependencies: [] });
      author.ask();
      await settled();
      expect([...author.held.values()]).toEqual([`{"ok":true,"value":"[0,${turn},0,0]"}null`]);
    }
    expect([author.wakes, watcher.wakes]).toEqual([40, 1]);
    clock.pass(45);
    await settled();
    expect([...watcher.held.values()]).toEqual([...author.held.values()]);
    expect(watcher.wakes).toBe(2);
  });

  it('[E4] [engine R15] queries that are due let mutations go first, but not for ever', async () => {
    const time = await quickest(async () => {
      const cells = new Cells();
      const live = new LiveQueries({ run: cells.runAll, mutationsWait: () => true });
      live.subscribe(call('sum', { from: 0, to: 4 }), new Reader(live), 0);
      live.onCommit({ keys: [cells.key(1)], dependencies: [] });
      await settled();
      expect(live.stats.runs).toBe(1);
      while (live.stats.runs === 1) await settled();
    });
    expect(time).toBeLessThan(100);
  });

  it('[engine R13] what is re-run while a commit is on its way to the disk is told after the turn, behind the answers', async () => {
    const cells = new Cells();
    const live = new LiveQueries({ run: cells.runAll });
    const reader = new Reader();
    live.subscribe(call('sum', { from: 0, to: 4 }), reader, 0);
    cells.values[1] = 9;
    live.onCommit({ keys: [cells.key(1)], dependencies: [] });
    expect(live.isDue).toBe(true);
    live.refresh(() => false);
    expect([live.isDue, live.stats.runs, reader.dirtyCount, reader.wakes]).toEqual([false, 2, 0, 0]);
    let wakesAtAnswer = -1;
    const answer = async (): Promise<void> => {
      for (let hop = 0; hop < 10; hop++) await Promise.resolve();
      wakesAtAnswer = reader.wakes;
    };
    await answer();
    expect(wakesAtAnswer).toBe(0);
    await settled();
    expect([live.stats.runs, reader.wakes]).toEqual([2, 1]);
  });

  it('[engine R13] after it is closed nobody hears of what was re-run, and nothing is answered from memory', async () => {
    const cells = new Cells();
    const live = new LiveQueries({ run: cells.runAll });
    const reader = new Reader();
    const asked = call('sum', { from: 0, to: 4 });
    live.subscribe(asked, reader, 0);
    live.onCommit({ keys: [cells.key(1)], dependencies: [] });
    live.refresh(() => false);
    live.close();
    await settled();
    expect(reader.wakes).toBe(0);
    live.fetch(asked);
    expect(live.stats.runs).toBe(3);
  });

  it('[engine R4] a commit re-runs each affected distinct query once and no other, however many sockets share it', async () => {
    const cells = new Cells();
    const live = new LiveQueries({ run: cells.runAll });
    const readers = Array.from({ length: 100 }, () => new Reader());
    for (const [at, reader] of readers.entries()) {
      live.subscribe(call('sum', { from: 0, to: 4 }, `user ${at}`), reader, 0);
      live.subscribe(call('sum', { from: 4, to: 8 }, `user ${at}`), reader, 1);
    }
    expect(live.stats.runs).toBe(2);
    cells.values[5] = 9;
    for (let again = 0; again < 10; again++) live.onCommit({ keys: [cells.key(5)], dependencies: [] });
    await settled();
    expect(live.stats.runs).toBe(3);
    expect(readers.map((reader) => reader.wakes)).toEqual(readers.map(() => 1));
  });

  it('[engine R5] a result that did not change wakes nobody', async () => {
    const cells = new Cells();
    const live = new LiveQueries({ run: cells.runAll });
    const reader = new Reader();
    live.subscribe(call('sum', { from: 0, to: 4 }), reader, 0);
    live.onCommit({ keys: [cells.key(1)], dependencies: [] });
    await settled();
    expect([live.stats.runs, reader.wakes, reader.dirtyCount]).toEqual([2, 0, 0]);
  });

  it('[engine R6] a query that begins to look at the identity is split by identity, and shared answers never cross', async () => {
    const cells = new Cells();
    const live = new LiveQueries({ run: cells.runAll });
    const [ann, bob] = [new Reader(), new Reader()];
    const hers = live.subscribe(call('whoIf', { from: 3 }, 'ann'), ann, 0);
    const his = live.subscribe(call('whoIf', { from: 3 }, 'bob'), bob, 0);
    expect(live.stats.runs).toBe(1);
    cells.values[3] = 1;
    live.onCommit({ keys: [cells.key(3)], dependencies: [] });
    await settled();
    expect(hers.outcome.result).toEqual({ ok: true, value: '{"name":"ann"}' });
    expect(his.outcome.result).toEqual({ ok: true, value: '{"name":"bob"}' });
    expect([ann.wakes, bob.wakes]).toEqual([1, 1]);
    expect(live.fetch(call('whoIf', { from: 3 }, 'eve')).result).toEqual({
      ok: true,
      value: '{"name":"eve"}',
    });
  });

  it('[engine R7] a live page keeps its end through re-runs, while a later reader gets a page of its own', async () => {
    const cells = new Cells();
    const live = new LiveQueries({ run: cells.runAll });
    const reader = new Reader();
    cells.values[4] = cells.values[8] = 1;
    const page = live.subscribe(call('page', { from: 0, size: 2 }), reader, 0);
    expect(page.outcome.journal).toBe('9');
    cells.values[1] = 1;
    live.onCommit({ keys: [cells.key(1)], dependencies: [] });
    await settled();
    expect(page.outcome.result).toEqual({ ok: true, value: '[0,1,0,0,1,0,0,0,1]' });
    const later = live.subscribe(call('page', { from: 0, size: 2 }), new Reader(), 0);
    expect(later.outcome.journal).toBe('5');
    const reconnected = live.subscribe(call('page', { from: 0, size: 2 }, null, '9'), new Reader(), 0);
    expect(reconnected.record).toBe(page.record);
  });

  it('[engine R8] a dependency that is not a document invalidates too, and so does a push', async () => {
    const cells = new Cells();
    const live = new LiveQueries({ run: cells.runAll });
    live.subscribe(call('sum', { from: 0, to: 4 }), new Reader(), 0);
    live.onCommit({ keys: [], dependencies: ['env:Y'] });
    await settled();
    expect(live.stats.runs).toBe(1);
    live.onCommit({ keys: [], dependencies: ['env:X'] });
    await settled();
    expect(live.stats.runs).toBe(2);
    live.onCommit({ keys: [], dependencies: [], allInvalid: true });
    await settled();
    expect(live.stats.runs).toBe(3);
  });

  it('[engine R9] a result that looked at the clock is not handed to a new reader after 17 seconds', () => {
    let now = 0;
    const cells = new Cells();
    const run = (asked: readonly QueryCall[]): QueryRun[] =>
      cells.runAll(asked).map((done) => ({ ...done, readSet: { ...done.readSet, observedTime: true } }));
    const live = new LiveQueries({ run, now: () => now });
    const asked = call('sum', { from: 0, to: 4 });
    live.fetch(asked);
    now = 16_000;
    live.fetch(asked);
    expect(live.stats.runs).toBe(1);
    now = 18_000;
    live.fetch(asked);
    expect(live.stats.runs).toBe(2);
  });

  it('[engine R16] whoever asks what is so now gets no result that looked at the clock before', () => {
    let now = 0;
    let looksAtClock = false;
    const cells = new Cells();
    const run = (asked: readonly QueryCall[]): QueryRun[] =>
      cells
        .runAll(asked)
        .map((done) => ({ ...done, readSet: { ...done.readSet, observedTime: looksAtClock } }));
    const live = new LiveQueries({ run, now: () => now });
    const runsOf = (asked: QueryCall, moments: number[]) => {
      const before = live.stats.runs;
      for (now of moments) live.fetch(asked, { isOfNow: true });
      return live.stats.runs - before;
    };
    expect(runsOf(call('sum', { from: 0, to: 4 }), [0, 0, 5, 60_000])).toBe(1);
    looksAtClock = true;
    expect(runsOf(call('sum', { from: 4, to: 8 }), [60_000, 60_000, 60_001, 60_002])).toBe(3);
  });

  it('[engine R11] a result given up while it was out of date is never handed to the next reader', async () => {
    const cells = new Cells();
    const live = new LiveQueries({ run: cells.runAll });
    const first = live.subscribe(call('sum', { from: 0, to: 2 }), new Reader(), 0);
    cells.values[0] = 1;
    live.onCommit({ keys: [cells.key(0)], dependencies: [] });
    live.unsubscribe(first);
    await settled();
    const reader = new Reader();
    const second = live.subscribe(call('sum', { from: 0, to: 2 }), reader, 0);
    expect([second.outcome.result, reader.dirtyCount]).toEqual([{ ok: true, value: '[1,0]' }, 0]);
  });

  it('[engine R12] a failure that was not the data’s doing is tried again while somebody subscribes', async () => {
    const cells = new Cells();
    let busy = true;
    const run = (asked: readonly QueryCall[]): QueryRun[] =>
      cells.runAll(asked).map((done) =>
        busy
          ? {
              ...done,
              result: { ok: false, errorMessage: 'no time', code: 'Timeout', text: 'no time' },
              retryAfterMs: 10,
            }
          : done,
      );
    const live = new LiveQueries({ run });
    const reader = new Reader();
    const subscription = live.subscribe(call('sum', { from: 0, to: 1 }), reader, 0);
    expect(subscription.outcome.result.ok).toBe(false);
    await new Promise((done) => setTimeout(done, 40));
    busy = false;
    await new Promise((done) => setTimeout(done, 40));
    expect([subscription.outcome.result, reader.wakes]).toEqual([{ ok: true, value: '[0]' }, 1]);
    const { runs } = live.stats;
    await new Promise((done) => setTimeout(done, 30));
    expect(live.stats.runs).toBe(runs);
  });

  it('[engine R10] the checker reports a subscriber left behind by a commit that named too few keys', async () => {
    const cells = new Cells();
    const violations: Error[] = [];
    const live = new LiveQueries({
      run: cells.runAll,
      onViolation: (violation) => violations.push(violation),
    });
    live.subscribe(call('sum', { from: 0, to: 4 }), new Reader(), 0);
    live.subscribe(call('sum', { from: 8, to: 9 }), new Reader(), 0);
    cells.values[1] = cells.values[8] = 1;
    live.onCommit({ keys: [cells.key(8)], dependencies: [] });
    await settled();
    expect(violations.map((v) => v.message)).toEqual([
      expect.stringMatching(/^Missed invalidation: subscribers of sum/),
    ]);
  });
});

describe('a reader who leaves with many subscriptions', () => {
  it('[engine W12] goes a slice a turn, and nothing of it stays', async () => {
    const cells = new Cells();
    const live = new LiveQueries({ run: cells.runAll });
    const reader = new Reader();
    const caller = { identity: null, admin: false, allowInternal: false } as QueryCaller;
    const subscriptions = Array.from({ length: 2_000 }, (_, i) =>
      live.subscribe(
        { component: '', path: 'sum', args: { from: 0, to: 1, i }, journal: null, caller },
        reader,
        i,
      ),
    );
    const other = live.subscribe(
      { component: '', path: 'sum', args: { from: 0, to: 1 }, journal: null, caller },
      new Reader(),
      0,
    );
    live.leave(subscriptions);
    let most = 0;
    for (let before = 2_001; live.liveCount > 1; before = live.liveCount) {
      most = Math.max(most, before - live.liveCount);
      await new Promise((next) => setImmediate(next));
    }
    expect(most).toBeLessThanOrEqual(250);
    expect(reader.dirtyCount).toBe(0);
    expect(other.outcome.result.ok).toBe(true);
  });

  it('[E4] what was asked last is held by nobody once it is answered, and what is kept for others counts with what was asked', async () => {
    const cells = new Cells();
    const live = new LiveQueries({ run: cells.runAll, idleChars: 4_000_000 });
    const large = (text: string) => call('sum', { from: 0, to: 2, text: text.repeat(1_000_000) });
    const asked: WeakRef<QueryCall>[] = [];
    const ask = (text: string) => {
      const one = large(text);
      asked.push(new WeakRef(one));
      live.fetch(one);
    };
    // Behind the turn, which keeps alive what it has made.
    const kept = async () => {
      await settled();
      collectGarbage();
      return asked.filter((one) => one.deref() !== undefined).length;
    };
    ask('a');
    expect(await kept()).toBe(1);
    // Two megabytes of key and arguments each: the two newest.
    for (const text of 'bcdef') ask(text);
    expect(await kept()).toBeLessThanOrEqual(2);
    live.onCommit({ keys: [], dependencies: [], allInvalid: true });
    expect(await kept()).toBe(0);
  });
});
