import { afterEach, beforeEach, expect, it } from 'vitest';
import { indexRange, openTestEngine, pushSchema, type TestEngine } from '../transaction/testKit.ts';

let engine: TestEngine;
beforeEach(async () => {
  engine = openTestEngine();
  await pushSchema(engine, { items: { indexes: { by_kind: ['kind'] } } });
});
afterEach(() => engine.dispose());

it('[engine Q1] every index can be walked on from one document, by its `_id` behind `_creationTime`', async () => {
  const { value: ids } = await engine.committer.write((tx) =>
    [0, 1, 2, 3].map((n) => tx.db('').insert('items', { kind: n % 2 })),
  );
  const found = (range: [string, string, string | number][], index = 'by_creation_time'): string[] =>
    engine.committer.read((tx) =>
      tx
        .db('')
        .collect(indexRange(`items.${index}`, range))
        .map((document) => document._id as string),
    );
  const times = engine.committer.read((tx) =>
    ids.map((id) => (JSON.parse(tx.db('').get(id)!) as { _creationTime: number })._creationTime),
  );
  for (const [i, id] of ids.entries()) {
    const at: [string, string, string | number] = ['Eq', '_creationTime', times[i]!];
    expect(found([at, ['Eq', '_id', id]])).toEqual([id]);
    expect(found([at, ['Gt', '_id', id]])).not.toContain(id);
    expect(found([at, ['Gte', '_id', id]])).toContain(id);
    expect(found([at, ['Lte', '_id', id]])).toContain(id);
    expect(found([at, ['Lt', '_id', id]])).not.toContain(id);
    expect(found([['Eq', 'kind', i % 2], at, ['Eq', '_id', id]], 'by_kind')).toEqual([id]);
  }
  expect(() => found([['Eq', '_id', ids[0]!]])).toThrow("didn't use the index fields in order");
  expect(() =>
    found([
      ['Eq', '_creationTime', 1],
      ['Gt', '_id', 5],
    ]),
  ).toThrow('must be compared with an id');
});
