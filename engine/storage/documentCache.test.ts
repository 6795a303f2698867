import { expect, it } from 'vitest';
import { DocumentCache, DocumentRow } from './documentCache.ts';

const row = (rowid: number, text: string, id = `id ${rowid}`): DocumentRow =>
  new DocumentRow(rowid, 1, id, JSON.stringify({ text }), text.length);

it('[engine T6] a document that is written again and again is held once, and pushes nothing else out', () => {
  const cache = new DocumentCache(2_000);
  cache.add(row(1, 'stays'));
  for (let version = 0; version < 100; version++) cache.add(row(2, `version ${version}`));
  expect(cache.getByRowid(2)!.value).toEqual({ text: 'version 99' });
  expect(cache.getById('id 2')).toBe(cache.getByRowid(2));
  expect(cache.getById('id 1')!.value).toEqual({ text: 'stays' });
});

it('[engine T6] a document that came back under another row is found under that one alone', () => {
  const cache = new DocumentCache(2_000);
  cache.add(row(1, 'before', 'moved'));
  cache.add(row(2, 'after', 'moved'));
  expect(cache.getByRowid(1)).toBeUndefined();
  expect(cache.getById('moved')!.rowid).toBe(2);
  cache.add(row(2, 'another', 'other'));
  expect([cache.getById('moved'), cache.getByRowid(2)!.id]).toEqual([undefined, 'other']);
});

it('[engine T6] what does not fit pushes out what came first', () => {
  const cache = new DocumentCache(3_000);
  for (let rowid = 1; rowid <= 20; rowid++) cache.add(row(rowid, 'x'));
  expect(cache.getByRowid(1)).toBeUndefined();
  expect(cache.getByRowid(20)).toBeDefined();
});
