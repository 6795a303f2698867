/**
 * Queries against a tiny twin: an array of documents, sorted and filtered with compareValues alone (proof fault-21).
 * `RUNS=100000 vitest run engine/query --testTimeout 0` is the long run.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, page, pushSchema, type TestEngine } from '../transaction/testKit.ts';
import { jsonToValue } from '../values/json.ts';
import type { JsonValue } from '../values/value.ts';
import { applyWrites, clear, Oracle, queryJson, range, TABLES, write } from './testing/twin.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = openTestEngine();
  await pushSchema(engine, TABLES);
});
afterAll(() => engine.dispose());

const seeded = { numRuns: Number(process.env.RUNS ?? 150) };

describe('queries and the twin agree', () => {
  it('[engine Q1] ranges, order across all types, filters and limits, after any writes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 40 }),
        fc.array(range, { minLength: 1, maxLength: 12 }),
        async (writes, ranges) => {
          await clear(engine);
          const oracle = new Oracle();
          await applyWrites(engine, oracle, writes);
          for (const item of ranges) {
            const rows = engine.committer.read((tx) => tx.db('').collect(queryJson(item)));
            expect(rows.map((row) => row._id)).toEqual(oracle.query(item));
            for (const row of rows) {
              expect(jsonToValue(row)).toEqual(oracle.documents.find((document) => document._id === row._id));
            }
          }
        },
      ),
      seeded,
    );
  });

  it('[engine Q2] a mutation reads its own writes through every index, also while it iterates', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 25 }), range, async (writes, item) => {
        await clear(engine);
        const oracle = new Oracle();
        await applyWrites(engine, oracle, writes);
        await engine.committer.write((tx) => {
          const db = tx.db('');
          const stream = db.queryStream(queryJson({ ...item, limit: null }));
          const drop = (id: string | undefined): void => {
            if (id === undefined) return;
            db.remove(id);
            oracle.documents = oracle.documents.filter((document) => document._id !== id);
          };
          for (let step = 0; ; step++) {
            const rest = oracle.query({ ...item, limit: null });
            const next = db.queryNext(stream);
            if (next.done) return expect(rest).toEqual([]);
            const { _id } = JSON.parse(next.value!) as { _id: string };
            expect(_id).toBe(rest[0]);
            if (next.isLast) expect(rest).toHaveLength(1);
            // One removal behind the reader, and sometimes one ahead of it, of a row it may have fetched already.
            drop(_id);
            if (step % 2 === 0) drop(rest[1 + (step % 3)]);
          }
        });
      }),
      seeded,
    );
  });

  it('[engine Q3] pages put together are the whole query, whatever their sizes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 40 }),
        range,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        async (writes, item, sizes) => {
          await clear(engine);
          const oracle = new Oracle();
          await applyWrites(engine, oracle, writes);
          const query = queryJson({ ...item, limit: null });
          const ids: string[] = [];
          let cursor: string | null = null;
          for (let i = 0; ; i++) {
            const result = engine.committer.read((tx) =>
              tx.db('').queryPage(page(query, sizes[i % sizes.length]!, { cursor })),
            );
            ids.push(...result.page.map((text) => (JSON.parse(text) as { _id: string })._id));
            cursor = result.continueCursor;
            if (result.isDone) break;
            expect(result.page.length).toBe(sizes[i % sizes.length]);
          }
          expect(ids).toEqual(oracle.query({ ...item, limit: null }));
        },
      ),
      seeded,
    );
  });

  it('[engine Q4] pages read again between their cursors still cover everything once after concurrent writes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 25 }),
        fc.array(write, { maxLength: 25 }),
        range,
        fc.integer({ min: 1, max: 5 }),
        async (before, after, item, size) => {
          await clear(engine);
          const oracle = new Oracle();
          await applyWrites(engine, oracle, before);
          const query = queryJson({ ...item, limit: null });
          const cursors: (string | null)[] = [null];
          for (let done = false; !done;) {
            const cursor: string | null = cursors[cursors.length - 1]!;
            const result = engine.committer.read((tx) => tx.db('').queryPage(page(query, size, { cursor })));
            cursors.push(result.continueCursor);
            done = result.isDone;
          }
          await applyWrites(engine, oracle, after);
          const ids: string[] = [];
          for (let i = 1; i < cursors.length; i++) {
            const more = { cursor: cursors[i - 1]!, endCursor: cursors[i]! };
            const result = engine.committer.read((tx) => tx.db('').queryPage(page(query, size, more)));
            expect(result.continueCursor).toBe(cursors[i]);
            expect(result.isDone).toBe(i === cursors.length - 1);
            ids.push(...result.page.map((text) => (JSON.parse(text) as { _id: string })._id));
          }
          expect(ids).toEqual(oracle.query({ ...item, limit: null }));
        },
      ),
      seeded,
    );
  });
});

describe('read sets', () => {
  interface Recorded {
    text: string;
    intervals: { start: Uint8Array; end: Uint8Array | null }[];
    run: () => { text: string; intervals: Recorded['intervals'] };
  }

  function record(run: Recorded['run']): Recorded {
    return { ...run(), run };
  }

  function hit(keys: Uint8Array[], { intervals }: Recorded): boolean {
    return keys.some((key) =>
      intervals.some(
        ({ start, end }) => Buffer.compare(start, key) <= 0 && (end === null || Buffer.compare(key, end) < 0),
      ),
    );
  }

  const read = fc.record({
    range,
    take: fc.option(fc.nat(4)),
    kind: fc.constantFrom('stream', 'page', 'get', 'count'),
    at: fc.nat(),
  });

  /** Counts results that changed without their intervals being hit, and hits of results that did not change. */
  async function missed(
    runs: number,
    keep: (key: Uint8Array) => boolean,
  ): Promise<{ missed: number; changed: number; spared: number }> {
    const found = { missed: 0, changed: 0, spared: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { minLength: 5, maxLength: 30 }),
        fc.array(fc.array(write, { minLength: 1, maxLength: 2 }), { maxLength: 6 }),
        fc.array(read, { maxLength: 12 }),
        async (before, batches, reads) => {
          await clear(engine);
          const oracle = new Oracle();
          await applyWrites(engine, oracle, before);
          const ids = oracle.documents.map((document) => document._id as string);
          const live = reads.map((item) =>
            record(() =>
              engine.committer.read((tx) => {
                const db = tx.db('');
                const query = queryJson(item.range);
                const results: JsonValue[] = [];
                if (item.kind === 'get' && ids.length > 0) results.push(db.get(ids[item.at % ids.length]!));
                if (item.kind === 'count') results.push(db.count('items'));
                if (item.kind === 'page')
                  results.push(db.queryPage(page(query, 1 + (item.at % 4))) as unknown as JsonValue);
                if (item.kind === 'stream') {
                  const stream = db.queryStream(query);
                  for (let i = 0; i < (item.take ?? 1000); i++) {
                    const next = db.queryNext(stream);
                    results.push(next.value);
                    if (next.done) break;
                  }
                }
                return { text: JSON.stringify(results), intervals: tx.readSet.intervals() };
              }),
            ),
          );
          for (const batch of batches) {
            const keys: Uint8Array[] = [];
            const off = engine.committer.onCommit((commit) => void keys.push(...commit.keys.filter(keep)));
            await applyWrites(engine, oracle, batch);
            off();
            for (const item of live) {
              const now = item.run();
              const changed = now.text !== item.text;
              if (changed) found.changed++;
              if (changed && !hit(keys, item)) found.missed++;
              if (!changed && !hit(keys, item)) found.spared++;
              Object.assign(item, now);
            }
          }
        },
      ),
      { numRuns: runs, seed: 7 },
    );
    return found;
  }

  it('[engine Q5] a result that changed was hit by the keys of the commit that changed it', async () => {
    const found = await missed(seeded.numRuns, () => true);
    expect(found.changed).toBeGreaterThan(100);
    expect(found.spared).toBeGreaterThan(100);
    expect(found.missed).toBe(0);
  });

  it('[engine Q5] the check notices when a commit leaves out the keys its documents had before', async () => {
    const stands = (key: Uint8Array): boolean => {
      const row = engine.store.db.get('SELECT 1 FROM index_entries WHERE key = ?', key);
      return row !== undefined;
    };
    expect((await missed(60, stands)).missed).toBeGreaterThan(0);
  });
});
