import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeveloperError } from '../values/errors.ts';
import type { JsonObject } from '../values/value.ts';
import { openTestEngine, page, pushSchema, type TestEngine } from './testKit.ts';
import type { Transaction } from './transaction.ts';

let engine: TestEngine;
beforeEach(() => {
  engine = openTestEngine();
});
afterEach(() => engine.dispose());

function write<T>(job: (tx: Transaction) => T): Promise<T> {
  return engine.committer.write(job).then(({ value }) => value);
}

function read<T>(job: (tx: Transaction) => T): T {
  return engine.committer.read(job);
}

describe('text search', () => {
  const search = (
    value: string,
    filters: [string, string | number][] = [],
    operators: JsonObject[] = [],
  ): JsonObject => ({
    source: {
      type: 'Search',
      indexName: 'posts.by_text',
      filters: [
        { type: 'Search', fieldPath: 'text', value },
        ...filters.map(([fieldPath, equal]) => ({ type: 'Eq', fieldPath, value: equal })),
      ],
    },
    operators,
  });
  const found = (query: JsonObject): unknown[] =>
    read((tx) =>
      tx
        .db('')
        .collect(query)
        .map((row) => row.text),
    );

  beforeEach(() =>
    pushSchema(engine, { posts: { search: { by_text: { field: 'text', filterFields: ['team', 'n.x'] } } } }),
  );

  it('[engine T20] finds any word, the last one also by prefix, exact before prefix, newest first among equals', async () => {
    for (const text of ['the quick fox', 'foxglove', 'slow', 'Fox', 'Fox', 'naïve ÉTÉ'])
      await write((tx) => tx.db('').insert('posts', { text }));
    expect(found(search('fox'))).toEqual(['Fox', 'Fox', 'the quick fox', 'foxglove']);
    const times = read((tx) =>
      tx
        .db('')
        .collect(search('fox'))
        .slice(0, 2)
        .map((row) => row._creationTime as number),
    );
    expect(times[0]).toBeGreaterThan(times[1]!);
    expect(found(search('fo slow'))).toEqual(['slow']);
    expect(found(search('slow fo')).sort()).toEqual(['Fox', 'Fox', 'foxglove', 'slow', 'the quick fox']);
    expect(found(search('été'))).toEqual(['naïve ÉTÉ']);
    expect(found(search('ete'))).toEqual([]);
    expect(found(search('" OR * -!'))).toEqual([]);
    expect(found(search('"fox" NOT quick*')).length).toBe(3);
  });

  it('[engine T20] the last word counts as much as any other, and its beginning half', async () => {
    for (const text of ['alpha beta', 'beta gamma', 'gamma alpha', 'delta', 'deltas', 'alpha deltas'])
      await write((tx) => tx.db('').insert('posts', { text }));
    // Each stands in three texts of two words: whichever comes last, the newest of equals is first.
    expect(found(search('beta gamma')).slice(0, 2)).toEqual(['beta gamma', 'gamma alpha']);
    expect(found(search('gamma beta')).slice(0, 2)).toEqual(['beta gamma', 'gamma alpha']);
    expect(found(search('beta alpha'))[0]).toBe('alpha beta');
    expect(found(search('delta'))).toEqual(['delta', 'deltas', 'alpha deltas']);
  });

  it('[engine T21] narrows by filter fields before it ranks, of any type, missing ones included', async () => {
    await write((tx) => {
      tx.db('').insert('posts', { text: 'hello one', team: 'a', n: { x: 1 } });
      tx.db('').insert('posts', { text: 'hello two', team: 'b', n: { x: 1 } });
      tx.db('').insert('posts', { text: 'hello three', team: 'a'.repeat(500) });
      tx.db('').insert('posts', { text: 7, team: 'a' });
    });
    expect(found(search('hello', [['team', 'a']]))).toEqual(['hello one']);
    expect(found(search('hello', [['n.x', 1]])).sort()).toEqual(['hello one', 'hello two']);
    expect(found(search('hello', [['team', 'a'.repeat(500)]]))).toEqual(['hello three']);
    expect(
      found(
        search('hello', [
          ['team', 'a'],
          ['n.x', 2],
        ]),
      ),
    ).toEqual([]);
    const missing = search('hello');
    (missing.source as unknown as { filters: unknown[] }).filters.push({
      type: 'Eq',
      fieldPath: 'n.x',
      value: { $undefined: null },
    });
    expect(found(missing)).toEqual(['hello three']);
    expect(
      found(search('hello', [], [{ filter: { $neq: [{ $field: 'team' }, { $literal: 'a' }] } }])).length,
    ).toBe(2);
  });

  it('[engine T22] sees its own writes, undoes them with the transaction, and tells readers', async () => {
    const id = await write((tx) => tx.db('').insert('posts', { text: 'alpha' }));
    const intervals = read((tx) => {
      tx.db('').collect(search('alpha'));
      return tx.readSet.intervals();
    });
    const keys: Uint8Array[] = [];
    engine.committer.onCommit((commit) => void keys.push(...commit.keys));
    await expect(
      write((tx) => {
        tx.db('').patch(id, { text: 'beta' });
        expect(tx.db('').collect(search('beta'))).toHaveLength(1);
        expect(tx.db('').collect(search('alpha'))).toHaveLength(0);
        throw new Error('undo');
      }),
    ).rejects.toThrow('undo');
    expect(found(search('alpha'))).toEqual(['alpha']);
    expect(keys).toEqual([]);
    await write((tx) => tx.db('').insert('posts', { text: 'alpha two' }));
    expect(
      keys.some(
        (key) => Buffer.compare(intervals[0]!.start, key) <= 0 && Buffer.compare(key, intervals[0]!.end!) < 0,
      ),
    ).toBe(true);
    await write((tx) => tx.db('').remove(id));
    expect(found(search('alpha'))).toEqual(['alpha two']);
  });

  it('[engine T20] [engine T21] weighs the newest of very many, by which words they hold', async () => {
    await write((tx) => {
      tx.db('').insert('posts', { text: 'common rare', team: 'old' });
      tx.db('').insert('posts', { text: 'rare oldest' });
      for (let i = 0; i < 10_100; i++) {
        if (i === 10) tx.db('').insert('posts', { text: 'frequent common' });
        if (i > 10 && i <= 4_200) tx.db('').insert('posts', { text: 'frequent' });
        tx.db('').insert('posts', { text: i === 9_000 ? 'common rare' : `common word${i}`, team: i % 2 });
      }
      tx.db('').insert('posts', { text: 'commonly', team: 1 });
    });
    // Those that hold both come first, however old they are; then what holds the rare one; then the newest.
    for (const words of ['rare common', 'common rare']) {
      expect(found(search(words, [], [{ limit: 4 }])), words).toEqual([
        ...['common rare', 'common rare', 'rare oldest', 'common word10099'],
      ]);
    }
    // Of two that are each in very many, too.
    expect(found(search('frequent common', [], [{ limit: 1 }]))).toEqual(['frequent common']);
    expect(found(search('common', [], [{ limit: 1 }]))).toEqual(['common word10099']);
    // A whole word weighs more than its beginning, and few matches of common words are all there.
    expect(found(search('common', [['team', 1]], [{ limit: 2 }]))).toEqual([
      'common word10099',
      'common word10097',
    ]);
    expect(found(search('common rare', [['team', 'old']]))).toEqual(['common rare']);
    expect(found(search('rare')).length).toBe(3);
  });

  it('[engine T20] [engine T21] a filter that was thought to leave nothing out is asked for from the first row on that it does', async () => {
    const write300 = (team: string, words: string) =>
      write((tx) => {
        for (let i = 0; i < 300; i++) tx.db('').insert('posts', { text: `${words} word${i}`, team });
      });
    const teams = (words: string, team: string, limit = 1_024) => {
      const rows = read((tx) => tx.db('').collect(search(words, [['team', team]], [{ limit }])));
      return rows.map((row) => row.team);
    };
    await write300('first', 'common other');
    // So far it is the only one.
    expect(teams('common', 'first')).toEqual(Array.from({ length: 300 }, () => 'first'));
    for (let more = 0; more < 5; more++) await write300('second', 'common');
    // 1,500 newer ones that say it as well are more than any search may read.
    expect(teams('common', 'first', 10)).toEqual(Array.from({ length: 10 }, () => 'first'));
    expect(teams('common other', 'first')).toHaveLength(300);
    expect(teams('common', 'second', 5)).toEqual(Array.from({ length: 5 }, () => 'second'));
  });

  it('[engine T20] [engine T21] what others have very many of hides nothing of one’s own, and pages neither repeat nor miss, also at the first search', async () => {
    const insert = (count: number, text: string, team: string) =>
      write((tx) => {
        for (let i = 0; i < count; i++) tx.db('').insert('posts', { text, team });
      });
    await insert(1, 'rare common', 'first');
    await insert(100, 'common', 'first');
    await insert(4_200, 'common rare', 'second');
    await insert(40, 'common', 'first');
    const ids = new Set<unknown>();
    let [cursor, count]: [string | null, number] = [null, 0];
    for (let isDone = false; !isDone;) {
      const result = read((tx) =>
        tx.db('').queryPage(page(search('common', [['team', 'first']]), 10, { cursor })),
      );
      for (const text of result.page) ids.add((JSON.parse(text) as { _id: string })._id);
      count += result.page.length;
      ({ continueCursor: cursor, isDone } = result);
    }
    expect([ids.size, count]).toEqual([141, 141]);
    const best = search('common rare', [['team', 'first']], [{ limit: 1 }]);
    expect(found(best)).toEqual(['rare common']);
  });

  it('[engine T20] [engine T21] pages of what was imported, in whatever order of its times, neither repeat nor miss at the first search', async () => {
    let time = 1_700_000_000_000;
    const bring = (count: number, team: string) =>
      write((tx) => {
        for (let i = 0; i < count; i++) {
          time = 1_700_000_000_000 + ((time * 7_919) % 1_000_003);
          tx.db('').insertImported('posts', { text: 'brought', team, _creationTime: time });
        }
      });
    await bring(60, 'first');
    await bring(200, 'second');
    await bring(40, 'first');
    const ids = new Set<unknown>();
    let cursor: string | null = null;
    for (let isDone = false; !isDone;) {
      const result = read((tx) =>
        tx.db('').queryPage(page(search('brought', [['team', 'first']]), 10, { cursor })),
      );
      for (const text of result.page) ids.add((JSON.parse(text) as { _id: string })._id);
      ({ continueCursor: cursor, isDone } = result);
    }
    expect(ids.size).toBe(100);
  });

  it('[engine T20] of many that are equal no more are read than are asked for, those written last first', async () => {
    await write((tx) => {
      for (let i = 0; i < 1_000; i++) tx.db('').insert('posts', { text: `equal ${i}` });
    });
    const reads = vi.spyOn(engine.store.documents, 'byRowid');
    expect(found(search('equal', [], [{ limit: 3 }]))).toEqual(['equal 999', 'equal 998', 'equal 997']);
    expect(reads.mock.calls.length).toBeLessThan(10);
  });

  it('[engine T20] [engine T21] a filter is learnt of in the middle of a search, and nothing is answered twice', async () => {
    const insert = (text: string, team: string) => write((tx) => tx.db('').insert('posts', { text, team }));
    for (let i = 0; i < 20; i++) await insert(`short ${i}`, 'first');
    await insert('a short one that says more', 'second');
    for (let i = 0; i < 20; i++) await insert(`a rather longer text that says short ${i}`, 'first');
    const rows = read((tx) => tx.db('').collect(search('short', [['team', 'first']])));
    expect(rows.map((row) => row.team)).toEqual(Array.from({ length: 40 }, () => 'first'));
    expect(new Set(rows.map((row) => row._id)).size).toBe(40);
    expect(found(search('short', [['team', 'second']]))).toEqual(['a short one that says more']);
  });

  it('[engine T23] refuses what is no search, and more than 1024 results', async () => {
    await write((tx) => {
      for (let i = 0; i < 1030; i++) tx.db('').insert('posts', { text: 'many words' });
    });
    expect(read((tx) => tx.db('').collect(search('many', [], [{ limit: 1024 }])))).toHaveLength(1024);
    const code = (query: JsonObject): string => {
      try {
        read((tx) => tx.db('').collect(query));
      } catch (error) {
        return (error as DeveloperError).code;
      }
      return 'none';
    };
    expect(code(search('many'))).toBe('SearchQueryScannedTooManyDocumentsError');
    expect(code(search('many', [['color', 1]]))).toBe('IncorrectFilterFieldError');
    const raw = (filters: JsonObject[]): JsonObject => ({
      source: { type: 'Search', indexName: 'posts.by_text', filters },
      operators: [],
    });
    expect(code(raw([]))).toBe('MissingSearchFilterError');
    expect(code(raw([{ type: 'Search', fieldPath: 'team', value: 'x' }]))).toBe('IncorrectSearchField');
    expect(
      code(
        raw([
          { type: 'Search', fieldPath: 'text', value: 'x' },
          { type: 'Search', fieldPath: 'text', value: 'y' },
        ]),
      ),
    ).toBe('DuplicateSearchFiltersError');
    let cursor: string | null = null;
    const ids = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const result = read((tx) => tx.db('').queryPage(page(search('many'), 300, { cursor })));
      for (const text of result.page) ids.add((JSON.parse(text) as { _id: string })._id);
      cursor = result.continueCursor;
    }
    expect(ids.size).toBe(900);
  });
});
