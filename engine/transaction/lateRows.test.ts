import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JsonObject } from '../values/value.ts';
import { scrub } from './scrub.ts';
import { openTestEngine, pushSchema, type TestEngine } from './testKit.ts';
import type { Transaction } from './transaction.ts';

let engine: TestEngine;
beforeEach(async () => {
  engine = openTestEngine({ batchMs: Infinity });
  await pushSchema(engine, { posts: { search: { by_text: { field: 'text' } } }, plain: {} });
});
afterEach(() => engine.dispose());

const search = (value: string): JsonObject => ({
  source: {
    type: 'Search',
    indexName: 'posts.by_text',
    filters: [{ type: 'Search', fieldPath: 'text', value }],
  },
  operators: [],
});
const found = (tx: Transaction, word: string) =>
  tx
    .db('')
    .collect(search(word))
    .map(({ _id }) => String(_id))
    .sort();

const words = ['apple', 'berry', 'cherry'] as const;
const word = fc.constantFrom(...words);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('insert' as const), word }) },
  fc.record({ do: fc.constant('patch' as const), word, at: fc.nat(50) }),
  fc.record({ do: fc.constant('remove' as const), at: fc.nat(50) }),
  fc.record({ do: fc.constant('search' as const), word }),
  fc.record({ do: fc.constant('snapshot' as const), word }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
/** Parts that are undone fail at their end. */
const part = fc.record({ steps: fc.array(step, { maxLength: 6 }), fails: fc.boolean() });
const job = fc.record({ parts: fc.array(part, { maxLength: 4 }), fails: fc.boolean() });

/** The texts by id, as they should be. */
type Texts = Map<string, string>;
const holding = (texts: Texts, wanted: string) =>
  [...texts]
    .filter(([, text]) => text === wanted)
    .map(([id]) => id)
    .sort();

function take(tx: Transaction, one: Step, texts: Texts, before: Texts): void {
  const ids = [...texts.keys()];
  const id = 'at' in one && ids.length > 0 ? ids[one.at % ids.length]! : null;
  if (one.do === 'insert') texts.set(tx.db('').insert('posts', { text: one.word }), one.word);
  else if (one.do === 'search') expect(found(tx, one.word)).toEqual(holding(texts, one.word));
  else if (one.do === 'snapshot')
    expect(tx.readCommittedSnapshot(() => found(tx, one.word))).toEqual(holding(before, one.word));
  else if (id !== null && one.do === 'patch') {
    tx.db('').patch(id, { text: one.word });
    texts.set(id, one.word);
  } else if (id !== null) {
    tx.db('').remove(id);
    texts.delete(id);
  }
}

it('[engine T22] what is searched in the middle of a batch is there, and what is undone is not, whoever searched before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(job, { maxLength: 5 }), { maxLength: 3 }), async (batches) => {
      let texts: Texts = new Map();
      const gone = engine.committer.write((tx) => {
        for (const { _id } of words.flatMap((each) => tx.db('').collect(search(each))))
          tx.db('').remove(String(_id));
      });
      await gone;
      for (const batch of batches) {
        const run = ({ parts, fails }: (typeof batch)[number]) =>
          engine.committer.write((tx) => {
            const before = texts;
            let own = new Map(texts);
            for (const { steps, fails: isUndone } of parts) {
              const tried = new Map(own);
              try {
                tx.nested(() => {
                  for (const one of steps) take(tx, one, tried, before);
                  if (isUndone) throw new Error('undone');
                });
                own = tried;
              } catch (error) {
                if ((error as Error).message !== 'undone') throw error;
              }
            }
            if (fails) throw new Error('undone');
            texts = own;
          });
        const ended = await Promise.allSettled(batch.map(run));
        for (const each of ended)
          if (each.status === 'rejected') expect((each.reason as Error).message).toBe('undone');
        for (const each of words)
          expect(engine.committer.read((tx) => found(tx, each))).toEqual(holding(texts, each));
      }
      scrub(engine.store);
    }),
    { numRuns: 60 },
  );
});

it('[engine T22] [engine S4] where a search table is damaged, only what would be written there is refused', async () => {
  const { store, committer } = engine;
  const { indexId } = store.registry.table('', 'posts')!.indexes[0]!;
  const insert = (table: string) => committer.write((tx) => tx.db('').insert(table, { text: 'apple' }));
  await insert('posts');
  store.db.raw.enableDefensive(false);
  store.db.exec(`DELETE FROM search_${indexId}_data WHERE id = 10`);
  const ended = await Promise.allSettled(['plain', 'posts', 'plain'].map(insert));
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((ended[1] as PromiseRejectedResult).reason).toMatchObject({ code: 'DATA_CORRUPTION' });
  expect(committer.read((tx) => tx.db('').count('plain'))).toBe(2);
  expect(committer.read((tx) => tx.db('').count('posts'))).toBe(1);
});
