/**
 * The aggregate package against a sorted list: whatever is inserted, replaced, deleted, queued or given up half way, every
 * question has the list's answer (C10).
 *
 * `RUNS` sets the number of runs, `SEED` repeats them.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './cliSupport.ts';
import { startTestEngine, until, type TestEngine } from './harness.ts';

const RUNS = Number(process.env.RUNS ?? 12);
const SEED = Number(process.env.SEED ?? 20_261_126);

type Key = null | number | string;
interface Item {
  namespace: string;
  key: Key;
  id: string;
  sumValue: number;
}
type Op =
  | { do: 'insert' | 'insertIfDoesNotExist' | 'delete' | 'deleteIfExists'; item: Item }
  | { do: 'replace' | 'replaceOrInsert'; item: Item; by: Item };
type Bound = { key: Key; inclusive: boolean } | undefined;
/** An operation, and which of the items that are there by then it is turned at. */
type Aimed = { op: Op; aim: number | null };
type Step =
  | { as: 'mutation' | 'queue'; ops: Aimed[] }
  | { as: 'failing'; ops: Aimed[]; failAfter: number }
  | { as: 'parts'; parts: { ops: Aimed[]; fail: boolean }[] };
interface Question {
  namespace: string;
  lower: Bound;
  upper: Bound;
  key: Key;
  id: string;
  offset: number;
  pageSize: number;
}

/** The items in order, by namespace, key and id. A refused operation throws and changes nothing. */
class Twin {
  items: Item[] = [];

  apply(op: Op): void {
    const before = this.items;
    try {
      if (op.do === 'insert') this.#insert(op.item);
      else if (op.do === 'delete') this.#remove(op.item, true);
      else if (op.do === 'deleteIfExists') this.#remove(op.item, false);
      else {
        const by = 'by' in op ? { ...op.by, id: op.item.id } : op.item;
        this.#remove(op.item, op.do === 'replace');
        this.#insert(by);
      }
    } catch (error) {
      this.items = before;
      throw error;
    }
  }

  /** All of them or none; whether it was all. */
  applyAll(ops: Op[], fail = false): boolean {
    const before = this.items;
    try {
      ops.forEach((op) => this.apply(op));
      if (fail) throw new Error('half way');
      return true;
    } catch {
      this.items = before;
      return false;
    }
  }

  within(namespace: string, lower: Bound, upper: Bound): Item[] {
    return this.items.filter(
      (item) =>
        item.namespace === namespace &&
        (lower === undefined || compareKeys(item.key, lower.key) >= (lower.inclusive ? 0 : 1)) &&
        (upper === undefined || compareKeys(item.key, upper.key) <= (upper.inclusive ? 0 : -1)),
    );
  }

  #at(item: Item): number {
    return this.items.findIndex((one) => compare(one, item) === 0);
  }

  #insert(item: Item): void {
    if (this.#at(item) >= 0) throw new Error('it is there');
    this.items = [...this.items, item].sort(compare);
  }

  #remove(item: Item, must: boolean): void {
    const at = this.#at(item);
    if (at < 0 && must) throw new Error('it is not there');
    if (at >= 0) this.items = this.items.toSpliced(at, 1);
  }
}

const RANK = { object: 0, number: 1, string: 2 } as Record<string, number>;

function compareKeys(a: Key, b: Key): number {
  if (typeof a !== typeof b) return RANK[typeof a]! < RANK[typeof b]! ? -1 : 1;
  return a === b ? 0 : a! < b! ? -1 : 1;
}

function compare(a: Item, b: Item): number {
  return (
    compareKeys(a.namespace, b.namespace) ||
    compareKeys(a.key, b.key) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

// Few of each, so that operations meet.
const key = fc.oneof(fc.integer({ min: -2, max: 8 }), fc.constantFrom<Key>(null, 0.5, '', 'a', 'b'));
const namespace = fc.constantFrom('a', 'a', 'a', 'b');
const id = fc.constantFrom(...'pqrstuvwxyz');
const item = fc.record({ namespace, key, id, sumValue: fc.integer({ min: -20, max: 20 }) });
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('insert' as const), item }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('insertIfDoesNotExist' as const, 'deleteIfExists' as const),
      item,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), item }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replace' as const), item, by: item }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replaceOrInsert' as const), item, by: item }) },
);
const aimed = fc.array(fc.record({ op, aim: fc.option(fc.nat(40)) }), { minLength: 1, maxLength: 8 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ as: fc.constant('mutation' as const), ops: aimed }) },
  {
    weight: 2,
    arbitrary: fc.record({ as: fc.constant('failing' as const), ops: aimed, failAfter: fc.nat(8) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      as: fc.constant('parts' as const),
      parts: fc.array(fc.record({ ops: aimed, fail: fc.boolean() }), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ as: fc.constant('queue' as const), ops: aimed }) },
);
const bound = fc.option(fc.record({ key, inclusive: fc.boolean() }), { nil: undefined });
const question: fc.Arbitrary<Question> = fc.record({
  namespace,
  lower: bound,
  upper: bound,
  key,
  id,
  offset: fc.nat(12),
  pageSize: fc.integer({ min: 1, max: 7 }),
});
const program = fc.record({
  maxNodeSize: fc.constantFrom(4, 6, 16),
  rootLazy: fc.boolean(),
  steps: fc.array(fc.record({ step, question }), { minLength: 5, maxLength: 15 }),
});

/** What the operations come to when some are turned at items that exist. */
function resolve(twin: Twin, ops: Aimed[]): Op[] {
  const after = new Twin();
  after.items = twin.items;
  return ops.map(({ op: one, aim }) => {
    const target = aim === null ? undefined : after.items[aim % after.items.length];
    const aimedAt = target === undefined || one.do === 'insert' ? one : { ...one, item: target };
    after.applyAll([aimedAt]);
    return aimedAt;
  });
}

let backend: TestEngine;
beforeAll(async () => {
  backend = await startTestEngine({}, 'packages');
}, 120_000);
afterAll(async () => {
  await backend?.stop();
  expect([...backend.errors, ...backend.violations]).toEqual([]);
});

const ask = (path: string, args: object = {}): Promise<unknown> =>
  call(backend.engine, `ranks:${path}`, args);
const works = (call: Promise<unknown>): Promise<unknown> => call.catch(() => false);

/** The package refuses exact answers while operations are queued. */
async function look(asked: Question): Promise<unknown> {
  let found: unknown;
  const isAnswered = async (): Promise<boolean> => {
    try {
      found = await ask('look', asked);
      return true;
    } catch (error) {
      if (String(error).includes('PENDING_OPERATIONS')) return false;
      throw error;
    }
  };
  await until(isAnswered, 'the queue is empty');
  return found;
}

/** What happened in each run, for the check that the runs were worth something. */
const seen = { kept: 0, undone: 0, most: 0 };

async function perform(twin: Twin, one: Step): Promise<void> {
  if (one.as === 'parts') {
    const parts = one.parts.map(({ ops, fail }) => {
      const resolved = resolve(twin, ops);
      seen[twin.applyAll(resolved, fail) ? 'kept' : 'undone']++;
      return { ops: resolved, fail };
    });
    await ask('applyParts', { parts });
    return;
  }
  const ops = resolve(twin, one.ops);
  if (one.as === 'queue') {
    // The worker leaves out what cannot be done.
    ops.forEach((op) => twin.applyAll([op]));
    await ask('queue', { ops });
    return;
  }
  const failAfter = one.as === 'failing' ? Math.min(one.failAfter, ops.length) : undefined;
  const kept = twin.applyAll(ops, failAfter !== undefined);
  seen[kept ? 'kept' : 'undone']++;
  const own = twin.within('a', undefined, undefined);
  expect(await works(ask('apply', { ops, failAfter }))).toEqual(
    kept && { count: own.length, sum: sumOf(own) },
  );
}

function answers(twin: Twin, asked: Question): unknown {
  const items = twin.within(asked.namespace, asked.lower, asked.upper);
  const shown = (one: Item | undefined) =>
    one === undefined ? null : { key: one.key, id: one.id, sumValue: one.sumValue };
  // A rank is counted from the end it starts at; the other bound is no matter.
  const above = twin.within(asked.namespace, asked.lower, undefined);
  const below = twin.within(asked.namespace, undefined, asked.upper);
  return {
    count: items.length,
    sum: sumOf(items),
    counts: [items.length, twin.within(asked.namespace, undefined, undefined).length],
    min: shown(items[0]),
    max: shown(items.at(-1)),
    at: [shown(items[asked.offset]), shown(items.at(-1 - asked.offset))],
    indexOf: [
      above.filter((one) => compareKeys(one.key, asked.key) < 0).length,
      above.filter((one) => compare(one, { ...one, key: asked.key, id: asked.id }) < 0).length,
      below.filter((one) => compareKeys(one.key, asked.key) > 0).length,
    ],
    ascending: chunks(items, asked.pageSize),
    descending: chunks(items.toReversed(), asked.pageSize),
  };
}

function sumOf(items: Item[]): number {
  return items.reduce((sum, one) => sum + one.sumValue, 0);
}

function chunks(items: Item[], size: number): string[][] {
  const ids = items.map((one) => one.id);
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, i) => ids.slice(i * size, (i + 1) * size));
}

describe('aggregate', () => {
  it(`[engine C10] answers every question as a sorted list does (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(program, async ({ maxNodeSize, rootLazy, steps }) => {
        const twin = new Twin();
        await ask('clear', { maxNodeSize, rootLazy });
        for (const { step: one, question: asked } of steps) {
          await perform(twin, one);
          expect(await look(asked)).toEqual(answers(twin, asked));
          seen.most = Math.max(seen.most, twin.items.length);
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(seen.kept).toBeGreaterThan(RUNS);
    expect(seen.undone).toBeGreaterThan(RUNS);
    expect(seen.most).toBeGreaterThan(10);
  }, 3_600_000);
});
