import { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeveloperError } from '../values/errors.ts';
import { encodeId } from '../values/id.ts';
import type { JsonObject } from '../values/value.ts';
import { scrub } from './scrub.ts';
import { indexRange, openTestEngine, page, pushSchema, tableScan, type TestEngine } from './testKit.ts';
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

function rows(table: string): JsonObject[] {
  return read((tx) => tx.db('').collect(tableScan(table)));
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(DeveloperError);
    return (error as Error).message;
  }
  throw new Error('Expected a refusal');
}

/** Runs `run` until a watchdog ends it: nothing of its `finally` runs. */
function cutShort(run: () => void): void {
  const context = globalThis as unknown as { cutShort: () => void };
  context.cutShort = run;
  new Script('cutShort()').runInThisContext({ timeout: 20 });
}

function spin(): never {
  for (;;);
}

describe('sub-transactions', () => {
  it('[engine T1] undo documents, tables and keys when they throw, and leave the rest', async () => {
    const commits: number[] = [];
    engine.committer.onCommit((commit) => void commits.push(commit.keys.length));
    await write((tx) => {
      const db = tx.db('');
      const id = db.insert('a', { n: 1 });
      expect(() =>
        tx.nested(() => {
          db.patch(id, { n: 2 });
          db.insert('b', {});
          tx.nested(() => db.insert('a', { n: 3 }));
          throw new Error('no');
        }),
      ).toThrow('no');
      expect(JSON.parse(db.get(id)!)).toMatchObject({ n: 1 });
      tx.nested(() => db.insert('a', { n: 4 }));
    });
    expect(rows('a').map((row) => row.n)).toEqual([1, 4]);
    expect(engine.store.registry.table('', 'b')).toBeNull();
    // Two documents, by_id and by_creation_time each.
    expect(commits).toEqual([4]);
  });

  it('[engine T1] cost what they read and nothing they wrote or scheduled', async () => {
    const id = await write((tx) => tx.db('').insert('a', {}));
    await write((tx) => {
      tx.db('').insert('a', {});
      const before = tx.metrics();
      expect(() =>
        tx.nested(() => {
          tx.db('').insert('a', {});
          tx.countScheduled(10);
          tx.countFileWritten(10);
          tx.db('').get(id);
          tx.withLimits({ documentsWritten: 1 }, () => tx.nested(() => tx.db('').insert('a', {})));
          throw new Error('no');
        }),
      ).toThrow();
      const { documentsRead, bytesRead, databaseQueries, ...undone } = tx.metrics();
      expect(undone).toEqual(
        Object.fromEntries(Object.keys(undone).map((name) => [name, before[name as 'bytesWritten']])),
      );
      expect([documentsRead.used, databaseQueries.used]).toEqual([1, 1]);
      expect(bytesRead.used).toBeGreaterThan(0);
    });
  });

  it('[engine T1] cost nothing of what a watchdog cut, neither its limits nor its silence', async () => {
    await write((tx) => {
      for (const cut of [
        () => cutShort(() => tx.uncounted(spin)),
        () => cutShort(() => tx.withLimits({ documentsWritten: 1 }, spin)),
      ])
        expect(() => tx.nested(cut)).toThrow('timed out');
      for (let i = 0; i < 3; i++) tx.db('').insert('a', {});
      expect(tx.metrics().documentsWritten).toEqual({ used: 3, remaining: 15_997 });
      tx.startOver();
      expect(tx.metrics().documentsWritten.used).toBe(0);
    });
  });

  it('[engine T2] a snapshot query sees nothing of its own transaction and everything committed before', async () => {
    await pushSchema(engine, { a: { indexes: { by_n: ['n'] }, search: { s: { field: 't' } } } });
    const kept = await write((tx) => tx.db('').insert('a', { n: 1, t: 'one' }));
    const gone = await write((tx) => tx.db('').insert('a', { n: 2, t: 'two' }));
    const search = {
      source: {
        type: 'Search',
        indexName: 'a.s',
        filters: [{ type: 'Search', fieldPath: 't', value: 'one two three' }],
      },
      operators: [],
    };
    await write((tx) => {
      const db = tx.db('');
      db.patch(kept, { n: 10, t: 'ten' });
      db.remove(gone);
      db.insert('a', { n: 3, t: 'three' });
      db.insert('fresh', {});
      const inside = tx.readCommittedSnapshot(() => [
        db.collect(indexRange('a.by_n')).map((row) => row.n),
        db
          .collect(search)
          .map((row) => row.n)
          .sort(),
        db.collect(tableScan('fresh')).length,
      ]);
      expect(inside).toEqual([[1, 2], [1, 2], 0]);
      expect(db.collect(indexRange('a.by_n')).map((row) => row.n)).toEqual([3, 10]);
      expect(() => tx.readCommittedSnapshot(() => db.insert('a', {}))).toThrow(DeveloperError);
    });
    expect(
      read((tx) =>
        tx
          .db('')
          .collect(indexRange('a.by_n'))
          .map((row) => row.n),
      ),
    ).toEqual([3, 10]);
    expect(
      read((tx) =>
        tx
          .db('')
          .collect(search)
          .map((row) => row.n),
      ),
    ).toEqual([3]);
  });
});

describe('committing', () => {
  it('[engine T3] 64 waiting mutations share one COMMIT and one sync of the log, and no caller hears before both', async () => {
    engine.dispose();
    engine = openTestEngine({ batchMs: Infinity });
    const events: string[] = [];
    const { db } = engine.store;
    const [commit, sync] = [db.commitToLog.bind(db), db.log.now.bind(db.log)];
    db.commitToLog = () => {
      events.push('commit');
      commit();
    };
    db.log.now = () => {
      events.push('sync');
      sync();
    };
    engine.committer.onCommit(() => void events.push('listener'));
    const jobs = Array.from({ length: 64 }, (_, n) =>
      engine.committer.write((tx) => tx.db('').insert('a', { n })).then(() => void events.push('answer')),
    );
    await Promise.all(jobs);
    expect(events).toEqual(['commit', ...Array(64).fill('listener'), 'sync', ...Array(64).fill('answer')]);
  });

  it('[engine T3] what runs while the log is synced reads the commit, and no caller hears before the sync is over', async () => {
    let events: string[] = [];
    engine.dispose();
    engine = openTestEngine({
      meanwhile: {
        isDue: () => true,
        work: (isOver) => {
          events.push(`read ${read((tx) => tx.db('').count('a'))}`);
          while (!isOver());
          events.push('synced');
        },
      },
    });
    let n = 0;
    // While the thread that waits for the disk starts, the disk is waited for without it.
    do {
      await new Promise((done) => setTimeout(done, 5));
      events = [];
      n++;
      await write((tx) => tx.db('').insert('a', { n })).then(() => events.push('answer'));
    } while (events.length === 1 && n < 1_000);
    expect(events).toEqual([`read ${n}`, 'synced', 'answer']);
  });

  it('[engine T3] a refusal computed on an uncommitted batch waits for the COMMIT too', async () => {
    let committed = false;
    engine.committer.onCommit(() => void (committed = true));
    const good = engine.committer.write((tx) => tx.db('').insert('a', {}));
    const bad = engine.committer.write((tx) => {
      throw new Error(`saw ${tx.db('').count('a')}`);
    });
    await expect(bad.catch((error: Error) => `${error.message}, committed ${committed}`)).resolves.toBe(
      'saw 1, committed true',
    );
    await good;
  });

  it('[engine T3] a mutation that throws leaves its neighbours in the batch alone', async () => {
    const answers = await Promise.allSettled(
      [0, 1, 2, 3].map((n) =>
        write((tx) => {
          tx.db('').insert('a', { n });
          if (n % 2 === 1) throw new Error(`odd ${n}`);
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(rows('a').map((row) => row.n)).toEqual([0, 2]);
  });

  it('[engine T24] a batch under a shared time limit that is cut anywhere is undone, and its jobs run once more, each alone', async () => {
    const script = new Script('guarded()');
    const context = globalThis as unknown as { guarded: () => void };
    let cuts = 0;
    engine.dispose();
    engine = openTestEngine({
      batchMs: Infinity,
      guardBatch: (run) => {
        context.guarded = run;
        try {
          script.runInThisContext({ timeout: 30 });
        } catch (error) {
          cuts++;
          throw error;
        }
      },
    });
    await write((tx) => tx.db('').insert('a', { n: -1 }));
    const runs = [0, 0, 0, 0];
    const answers = await Promise.allSettled(
      runs.map((_, n) =>
        write((tx) => {
          runs[n]!++;
          tx.db('').insert('a', { n });
          tx.nested(() => tx.db('').insert('b', { n }));
          // Too long for the shared limit; alone it ends like any refusal.
          for (const until = performance.now() + 200; n === 2 && performance.now() < until;)
            engine.store.db.get('SELECT 1');
          if (n === 2) throw new Error('out of time');
          return n;
        }),
      ),
    );
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'refused'))).toEqual([
      0,
      1,
      'refused',
      3,
    ]);
    expect(cuts).toBe(1);
    expect(runs).toEqual([2, 2, 2, 1]);
    expect(rows('a').map((row) => row.n)).toEqual([-1, 0, 1, 3]);
    expect(rows('b').map((row) => row.n)).toEqual([0, 1, 3]);
    scrub(engine.store);
  });

  it('[engine T4] timestamps and creation times only grow, over clocks that stop or run backwards and over restarts', async () => {
    let clock = 1_700_000_000_000;
    engine.dispose();
    engine = openTestEngine({ now: () => clock });
    const stamps: bigint[] = [];
    const times: number[] = [];
    const step = async (): Promise<void> => {
      const { ts, value } = await engine.committer.write((tx) => {
        const first = JSON.parse(tx.db('').get(tx.db('').insert('a', {}))!) as { _creationTime: number };
        const second = JSON.parse(tx.db('').get(tx.db('').insert('a', {}))!) as { _creationTime: number };
        return [first._creationTime, second._creationTime];
      });
      stamps.push(ts);
      times.push(...value);
    };
    for (const jump of [0, 0, 3_600_000, -3_600_000, 0, 10 * 365 * 86_400_000, -10 * 365 * 86_400_000]) {
      clock += jump;
      await step();
      await step();
    }
    // As after a crash: the folder is opened again without having been closed with the exact timestamp.
    engine.store.db.close();
    clock -= 60_000;
    const { dir } = engine;
    engine = openTestEngine({ now: () => clock }, dir);
    expect(engine.committer.latestTs()).toBeGreaterThan(stamps.at(-1)!);
    await step();
    for (let i = 1; i < stamps.length; i++) expect(stamps[i]! > stamps[i - 1]!).toBe(true);
    for (let i = 1; i < times.length; i++) expect(times[i]! > times[i - 1]!).toBe(true);
  });

  it('[engine T5] with --chaos-occ every mutation runs twice and has its effects once', async () => {
    engine.dispose();
    engine = openTestEngine({ chaosOcc: 1 });
    let runs = 0;
    await write((tx) => {
      runs++;
      tx.db('').insert('a', {});
    });
    expect(runs).toBe(2);
    expect(rows('a')).toHaveLength(1);
  });

  it('[engine T6] the document cache and table registry change after COMMIT only', async () => {
    const id = await write((tx) => tx.db('').insert('a', { n: 1 }));
    read((tx) => tx.db('').get(id));
    await expect(
      write((tx) => {
        tx.db('').patch(id, { n: 2 });
        expect(JSON.parse(tx.db('').get(id)!)).toMatchObject({ n: 2 });
        expect(engine.store.cache.getById(id)!.value).toMatchObject({ n: 1 });
        tx.db('').insert('b', {});
        expect(engine.store.registry.table('', 'b')).toBeNull();
        throw new Error('undo');
      }),
    ).rejects.toThrow('undo');
    expect(JSON.parse(read((tx) => tx.db('').get(id)!))).toMatchObject({ n: 1 });
    await write((tx) => tx.db('').patch(id, { n: 3 }));
    expect(engine.store.cache.getById(id)!.value).toMatchObject({ n: 3 });
  });
});

describe('documents', () => {
  it('[engine T7] the commit timestamp placeholder becomes the int64 the transaction commits at, and is found by itself', async () => {
    await pushSchema(engine, { a: { indexes: { by_at: ['at'] } } });
    const { ts, value } = await engine.committer.write((tx) => {
      const id = tx.db('').insert('a', { at: { $commitTs: null }, text: '{"$commitTs":null}' });
      return tx
        .db('')
        .collect(indexRange('a.by_at', [['Eq', 'at', { $commitTs: null }]]))
        .map((row) => row._id === id);
    });
    expect(value).toEqual([true]);
    const [row] = rows('a');
    expect(Buffer.from((row!.at as { $integer: string }).$integer, 'base64').readBigInt64LE()).toBe(ts);
    expect(row!.text).toBe('{"$commitTs":null}');
  });

  it('[engine T7] what JSON text can say and a document cannot keep does not tear document and index apart', async () => {
    await pushSchema(engine, { a: { indexes: { by_n: ['n'] } } });
    await write((tx) => tx.db('').insert('a', JSON.parse('{"n": -0}') as JsonObject));
    await expect(
      write((tx) => tx.db('').insert('a', JSON.parse('{"n": 1e999}') as JsonObject)),
    ).rejects.toThrow(DeveloperError);
    const id = rows('a')[0]!._id as string;
    await write((tx) => tx.db('').patch(id, { n: 5 }));
    expect(read((tx) => tx.db('').collect(indexRange('a.by_n')))).toMatchObject([{ n: 5 }]);
    scrub(engine.store);
  });

  it('[engine T8] refusals carry the official texts', async () => {
    await pushSchema(engine, { users: {}, messages: { indexes: { by_author: ['author', 'channel'] } } });
    await write((tx) => {
      const db = tx.db('');
      const user = db.insert('users', { name: 'Ana' });
      const unknown = encodeId(10_001, new Uint8Array(16));
      const job = db.insert('_scheduled_functions', {}, { isSystem: true });
      expect(messageOf(() => db.get('garbage'))).toBe(
        'Invalid argument `id` for `db.get`: Unable to decode ID: Invalid ID length 7',
      );
      expect(messageOf(() => db.get(user, { table: 'messages' }))).toBe(
        'Invalid argument `id` for `db.get`, expected to be an Id<"messages">, got Id<"users"> instead.',
      );
      expect(messageOf(() => db.get(job))).toBe('System tables can only be accessed with db.system.');
      expect(messageOf(() => db.get(user, { isSystem: true }))).toBe(
        'User tables cannot be accessed with db.system.',
      );
      expect(db.get(unknown)).toBeNull();
      expect(db.get(encodeId(20_000, new Uint8Array(16)))).toBeNull();
      expect(messageOf(() => db.patch(unknown, {}))).toBe(`Update on nonexistent document ID ${unknown}`);
      expect(messageOf(() => db.replace(unknown, {}))).toBe(`Replace on nonexistent document ID ${unknown}`);
      expect(messageOf(() => db.remove(unknown))).toBe(`Delete on nonexistent document ID ${unknown}`);
      expect(messageOf(() => db.insert('users', { _x: 1 }))).toContain(
        "Field '_x' starts with an underscore",
      );
      expect(() => db.insert('users', { _id: user })).toThrow(
        expect.objectContaining({ code: 'InvalidIdError' }),
      );
      expect(() => db.insert('users', { _creationTime: 1 })).toThrow(
        expect.objectContaining({ code: 'InvalidCreationTimeError' }),
      );
      expect(() => db.patch(user, { _id: unknown })).toThrow(
        expect.objectContaining({ code: 'InvalidIdError' }),
      );
      db.replace(user, JSON.parse(db.get(user)!) as JsonObject);
      expect(messageOf(() => db.queryStream(indexRange('messages.nope')))).toBe(
        'Index messages.nope not found.',
      );
      expect(messageOf(() => db.queryStream(tableScan('_environment_variables')))).toBe(
        'Table "_environment_variables" not found.',
      );
      expect(messageOf(() => db.queryStream(indexRange('messages.by_author', [['Eq', 'channel', 1]])))).toBe(
        [
          "Tried to query index messages.by_author but the query didn't use the index fields in order.",
          'Index fields: ["author","channel","_creationTime"]',
          'Query fields: ["channel"]',
          'First incorrect field: "channel"',
          '',
          'For more information see https://docs.convex.dev/database/reading-data/indexes.',
        ].join('\n'),
      );
      for (const range of [
        [
          ['Gt', 'author', 1],
          ['Gte', 'author', 2],
        ],
        [
          ['Gt', 'author', 1],
          ['Lt', 'channel', 2],
        ],
        [
          ['Gt', 'author', 1],
          ['Eq', 'channel', 2],
        ],
        [
          ['Eq', 'author', 1],
          ['Eq', 'author', 2],
        ],
      ] as [string, string, number][][]) {
        expect(() => db.queryStream(indexRange('messages.by_author', range))).toThrow(
          expect.objectContaining({ code: 'InvalidIndexRange' }),
        );
      }
    });
  });

  it('[engine T9] ids and tables of one component mean nothing in another', async () => {
    const id = await write((tx) => tx.db('child').insert('a', {}));
    expect(read((tx) => tx.db('').get(id))).toBeNull();
    expect(read((tx) => tx.db('').normalizeId('a', id))).toBeNull();
    expect(read((tx) => tx.db('child').normalizeId('a', id))).toBe(id);
    expect(read((tx) => tx.db('child').normalizeId('b', id))).toBeNull();
    expect(read((tx) => tx.db('child').normalizeId('a', 'junk'))).toBeNull();
  });

  it('[engine T10] a query that found no table depends on tables coming into being', async () => {
    const dependencies = read((tx) => {
      tx.db('').collect(tableScan('later'));
      return [...tx.readSet.dependencies];
    });
    const commits: string[][] = [];
    engine.committer.onCommit((commit) => void commits.push(commit.dependencies));
    await write((tx) => tx.db('').insert('later', {}));
    await write((tx) => tx.db('').insert('later', {}));
    expect(dependencies).toEqual(['tables:']);
    expect(commits).toEqual([['tables:'], []]);
  });
});

describe('limits', () => {
  it('[engine T11] have the official codes and texts, and smaller ones for called functions', async () => {
    await write((tx) => {
      for (let i = 0; i < 10; i++) tx.db('').insert('a', { i });
    });
    const limited = (limits: object): string =>
      messageOf(() => read((tx) => tx.withLimits(limits, () => tx.db('').collect(tableScan('a')))));
    expect(limited({ documentsRead: 3 })).toBe(
      'Too many documents read in a single function execution (limit: 3). Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.',
    );
    expect(limited({ bytesRead: 100 })).toMatch(
      /^Too many bytes read in a single function execution \(limit: 100 bytes\)\. /,
    );
    expect(limited({ databaseQueries: 0 })).toMatch(
      /^Too many reads in a single function execution \(limit: 0\)\. /,
    );
    await write((tx) => {
      expect(
        messageOf(() =>
          tx.withLimits({ documentsWritten: 1 }, () => [
            tx.db('').insert('b', {}),
            tx.db('').insert('b', {}),
          ]),
        ),
      ).toBe('Too many writes in a single function execution (limit: 1)');
      // The refused write left nothing behind.
      expect(tx.db('').count('b')).toBe(1);
      for (let i = 0; i < 1000; i++) tx.countScheduled(1);
      expect(tx.warnings()).toEqual([
        'Many functions scheduled by this mutation (actual: 1000, limit: 1000)',
      ]);
      expect(messageOf(() => tx.countScheduled(1))).toBe(
        'Too many functions scheduled by this mutation (limit: 1000)',
      );
    });
  });

  it('[engine T12] a page that meets a read limit ends early and asks to be split', async () => {
    await write((tx) => {
      for (let i = 0; i < 10; i++) tx.db('').insert('a', { i });
    });
    const result = read((tx) =>
      tx.withLimits({ documentsRead: 4 }, () => tx.db('').queryPage(page(tableScan('a'), 8))),
    );
    expect([result.page.length, result.isDone, result.pageStatus]).toEqual([4, false, 'SplitRequired']);
    const byRows = read((tx) => tx.db('').queryPage(page(tableScan('a'), 8, { maximumRowsRead: 5 })));
    expect([byRows.page.length, byRows.pageStatus]).toEqual([5, 'SplitRequired']);
    const rest = read((tx) =>
      tx.db('').queryPage(page(tableScan('a'), 8, { cursor: byRows.continueCursor })),
    );
    expect([rest.page.length, rest.isDone, rest.pageStatus]).toEqual([5, true, null]);
  });
});

describe('pagination', () => {
  it('[engine T13] a cursor that is not ours, or of another query, is the InvalidCursor error clients restart on', async () => {
    await write((tx) => tx.db('').insert('a', {}));
    const { continueCursor } = read((tx) => tx.db('').queryPage(page(tableScan('a'), 1)));
    const flipped = `${continueCursor.slice(0, -2)}${continueCursor.at(-2) === 'A' ? 'B' : 'A'}${continueCursor.at(-1)}`;
    for (const [cursor, query] of [
      ['junk', tableScan('a')],
      [flipped, tableScan('a')],
      [continueCursor, tableScan('a', 'desc')],
    ] as const) {
      expect(() => read((tx) => tx.db('').queryPage(page(query, 1, { cursor })))).toThrow(
        expect.objectContaining({
          message: expect.stringMatching(/^InvalidCursor: /),
          data: { isConvexSystemError: true, paginationError: 'InvalidCursor' },
        }),
      );
    }
  });

  it('[engine T14] the journal keeps the end of a page where it was when rows come in before it', async () => {
    for (let i = 0; i < 4; i++) await write((tx) => tx.db('').insert('a', { i }));
    const query = tableScan('a', 'desc');
    const first = read((tx) => ({ page: tx.db('').queryPage(page(query, 2)), journal: tx.journal.next }));
    await write((tx) => tx.db('').insert('a', { i: 4 }));
    const again = engine.committer.read(
      (tx) => ({ page: tx.db('').queryPage(page(query, 2)), journal: tx.journal.next }),
      { journal: first.journal },
    );
    expect(again.page.page).toHaveLength(3);
    expect(again.page.continueCursor).toBe(first.page.continueCursor);
    expect(again.journal).toBe(first.journal);
  });

  it('[engine T15] one paginated query for each function, at least one document, not absurdly many', async () => {
    const two = (): unknown =>
      read((tx) => [
        tx.db('').queryPage(page(tableScan('a'), 1)),
        tx.db('').queryPage(page(tableScan('a'), 1)),
      ]);
    expect(messageOf(two)).toContain('ran multiple paginated queries');
    read((tx) => {
      tx.db('').queryPage(page(tableScan('a'), 1));
      tx.inCalledFunction(() => tx.db('').queryPage(page(tableScan('a'), 1)));
    });
    expect(messageOf(() => read((tx) => tx.db('').queryPage(page(tableScan('a'), 0))))).toBe(
      'Must request at least 1 document while paginating',
    );
    expect(messageOf(() => read((tx) => tx.db('').queryPage(page(tableScan('a'), 1e9))))).toBe(
      'Requested too many items: 1000000000',
    );
    for (const size of [1.5, NaN, Infinity])
      expect(messageOf(() => read((tx) => tx.db('').queryPage(page(tableScan('a'), size))))).toMatch(
        /whole number|at least 1/,
      );
    for (const name of ['maximumRowsRead', 'maximumBytesRead'])
      expect(
        messageOf(() => read((tx) => tx.db('').queryPage({ ...page(tableScan('a'), 1), [name]: 1.5 }))),
      ).toBe(`\`${name}\` must be a whole number greater than 0`);
  });
});
