/** What a process that dies, a disk that fills and bytes that rot may do to the data, and may not. */
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import {
  indexRange,
  openTestEngine,
  pushSchema,
  tableScan,
  tempDir,
  type TestEngine,
} from '../transaction/testKit.ts';
import { scrub } from '../transaction/scrub.ts';
import { CommitError } from '../values/errors.ts';
import { searchText } from '../query/search.ts';
import { CorruptionError, SyncError, OpenError } from './errors.ts';
import type { IndexInfo } from './registry.ts';
import { openStore } from './store.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
/** Damaged copies to try; more in a deep run. */
const CASES = Number(process.env.CASES ?? 100);
const WRITER = fileURLToPath(new URL('./faults.writer.ts', import.meta.url));

const disposables: (() => void)[] = [];
afterEach(() => {
  for (const dispose of disposables.splice(0)) dispose();
});

function open(dir?: string, options: Parameters<typeof openTestEngine>[0] = {}): TestEngine {
  const engine = openTestEngine(options, dir);
  disposables.push(() => engine.dispose());
  return engine;
}

function numbers(engine: TestEngine): number[] {
  return engine.committer.read((tx) =>
    tx.withLimits({}, () =>
      tx
        .db('')
        .collect(tableScan('a', 'asc', [{ limit: 30_000 }]))
        .map((row) => row.n as number),
    ),
  );
}

describe('kill -9', () => {
  it('[engine S1] loses no acknowledged write and keeps every index in step, again and again', async () => {
    const dir = tempDir();
    disposables.push(() => rmSync(dir, { recursive: true, force: true }));
    const acknowledged: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const child = spawn(process.execPath, [WRITER, dir, String(round * 1_000_000)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise((resolve) => child.on('close', resolve));
      const killAfter = 100 + ((round * 137) % 700);
      let seen = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        // The last line may be torn by the kill; only whole ones count as acknowledged.
        if (!line.endsWith(';')) continue;
        acknowledged.push(...line.slice(0, -1).split(',').map(Number));
        if (++seen === killAfter) child.kill('SIGKILL');
      }
      await ended;
      const engine = openTestEngine({}, dir);
      const texts = engine.store.db.all("SELECT json ->> '$.n' FROM documents");
      const stored = new Set(texts.map(([n]) => n as number));
      expect(acknowledged.filter((n) => !stored.has(n))).toEqual([]);
      expect(stored.size).toBe(texts.length);
      scrub(engine.store);
      engine.store.close();
    }
    expect(acknowledged.length).toBeGreaterThan(1000);
  });

  it('[engine S2] a log cut anywhere opens to a prefix of the commits', async () => {
    const engine = open();
    const sizes: [bytes: number, committed: number][] = [];
    for (let n = 0; n < 60; n++) {
      await engine.committer.write((tx) => {
        tx.db('').insert('a', { n: n * 2 });
        tx.db('').insert('a', { n: n * 2 + 1, pad: 'x'.repeat((n * 997) % 9000) });
      });
      sizes.push([statSync(join(engine.dir, 'data.sqlite-wal')).size, n * 2 + 2]);
    }
    const wal = readFileSync(join(engine.dir, 'data.sqlite-wal'));
    for (let round = 0; round < CASES / 5; round++) {
      const cut = Math.floor(wal.length * ((round * 0.618_034) % 1));
      const dir = mkdtempSync(join(tmpdir(), 'engine-torn-'));
      copyFileSync(join(engine.dir, 'data.sqlite'), join(dir, 'data.sqlite'));
      copyFileSync(join(engine.dir, 'data.sqlite-wal'), join(dir, 'data.sqlite-wal'));
      if (round % 2 === 0) truncateSync(join(dir, 'data.sqlite-wal'), cut);
      else writeFileSync(join(dir, 'data.sqlite-wal'), flipped(wal, cut));
      const torn = openTestEngine({}, dir);
      const found = torn.store.registry.table('', 'a') === null ? [] : numbers(torn);
      expect(found).toEqual(Array.from({ length: found.length }, (_, n) => n));
      expect(found.length % 2).toBe(0);
      const durable = sizes.findLast(([bytes]) => bytes <= cut)?.[1] ?? 0;
      expect(found.length).toBeGreaterThanOrEqual(durable);
      torn.dispose();
    }
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = 0; i < 8; i++) copy[Math.min(at + i, copy.length - 1)]! ^= 0x5a;
  return copy;
}

describe('one owner', () => {
  it('[engine S3] a second process is refused at once, with one sentence', () => {
    const engine = open();
    const started = performance.now();
    let output = '';
    try {
      execFileSync(process.execPath, [WRITER, engine.dir, '0'], { stdio: 'pipe' });
    } catch (error) {
      output = String((error as { stderr: Buffer }).stderr);
    }
    expect(output).toContain(`The data folder ${engine.dir} is in use by another running engine`);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(() => openStore(engine.dir)).toThrow(OpenError);
  });

  it('[engine S3] a data folder of a newer engine is left alone', () => {
    const engine = open();
    engine.store.db.exec('PRAGMA user_version=99');
    engine.store.close();
    expect(() => openStore(engine.dir)).toThrow('written by a newer engine');
  });
});

describe('rot', () => {
  async function damaged(sql: string): Promise<TestEngine> {
    const engine = open();
    await pushSchema(engine, { a: { indexes: { by_n: ['n'] } } });
    for (let n = 0; n < 5; n++)
      await engine.committer.write((tx) => tx.db('').insert('a', { n, text: `marker-${n}` }));
    engine.store.close();
    const raw = new DatabaseSync(join(engine.dir, 'data.sqlite'));
    raw.exec(sql);
    raw.close();
    return open(engine.dir);
  }

  it.each([
    ['a changed text', `UPDATE documents SET json = replace(json, 'marker-3', 'marker-4')`],
    ['a changed size', 'UPDATE documents SET size = size + 1'],
    ['a document moved to another table', 'UPDATE documents SET table_id = table_id + 1'],
    ['an entry that points to another document', 'UPDATE index_entries SET doc = doc % 5 + 1'],
    ['an entry that points to nothing', 'DELETE FROM documents WHERE rowid = 3'],
    ['a changed id', `UPDATE documents SET id = 'x' || id`],
  ])('[engine S4] %s is a typed error, never an answer', async (_, sql) => {
    const engine = await damaged(sql);
    const read = (): unknown => engine.committer.read((tx) => tx.db('').collect(indexRange('a.by_n')));
    expect(read).toThrow(CorruptionError);
    await expect(engine.committer.write((tx) => tx.db('').collect(indexRange('a.by_n')))).rejects.toThrow(
      CorruptionError,
    );
  });

  it.each([
    ['an answer', `UPDATE session_requests SET result = '2'`],
    ['the request of an answer', 'UPDATE session_requests SET request_id = 8'],
    ['a recent answer', `UPDATE recent_requests SET result = '2'`],
    ['the session of a recent answer', `UPDATE recent_requests SET session_id = 't'`],
    ['the mark of what is deployed', 'UPDATE generations SET active = 0'],
    ['deployed code', `UPDATE modules SET code = replace(code, '1', '2')`],
    ['a setting', `UPDATE meta SET value = 'x' WHERE key = 'test'`],
  ])('[engine S4] %s that changed by itself is found when it is read, or by a scrub', (_, sql) => {
    const engine = open();
    const { store } = engine;
    store.sessionRequests.put('s', 7, { ts: 1n, result: '1', logLines: [] });
    store.sessionRequests.settle();
    store.sessionRequests.put('s', 8, { ts: 1n, result: '1', logLines: [] });
    store.generations.activate(store.generations.save('{}'));
    store.generations.putModule({ sha256: 'a', kind: 'k', source: '', sourceMap: null, code: 'f = 1' });
    store.setMeta('test', 'y');
    scrub(store);
    store.db.exec(sql);
    expect(() => scrub(store)).toThrow(CorruptionError);
  });

  it('[engine S4] a search index that does not hold what the documents say is found by a scrub, and a sound one is sound', async () => {
    const engine = open();
    const { store } = engine;
    await pushSchema(engine, {
      a: { search: { by_text: { field: 'text', filterFields: ['kind'] } } },
      b: {},
    });
    const texts = [
      'One word, and one more WORD',
      '',
      'Grüße aus İstanbul 東京 e\u0301',
      'x'.repeat(40),
      42,
      null,
    ];
    const ids: string[] = [];
    for (const [kind, text] of texts.entries())
      await engine.committer.write((tx) => ids.push(tx.db('').insert('a', { kind, text })));
    await engine.committer.write((tx) => tx.db('').patch(ids[0]!, { kind: 7n.toString() }));
    await engine.committer.write((tx) => tx.db('').patch(ids[1]!, { text: 'no longer empty' }));
    await engine.committer.write((tx) => tx.db('').remove(ids[2]!));
    scrub(store);
    const { tableId, indexes } = store.registry.table('', 'a')!;
    const [index] = indexes as [IndexInfo];
    const { rowid, value } = store.documents.byId(tableId, ids[0]!, null)!;
    const { terms, filters } = searchText(index, value)!;
    const holds = (text: string): void => {
      store.searchRows.remove(index.indexId, rowid);
      store.searchRows.put(index.indexId, rowid, text, filters);
    };
    for (const other of [
      terms.replace('one', 'two'),
      terms.split(' ').reverse().join(' '),
      '',
      `${terms} more`,
    ]) {
      holds(other);
      expect(() => scrub(store)).toThrow('search index by_text of table a');
    }
    holds(terms);
    scrub(store);
  });

  it('[engine S4] a folder of the layout before opens, keeps what it has and checks what is written from then on', () => {
    const engine = open();
    const { db } = engine.store;
    engine.store.generations.activate(engine.store.generations.save('{}'));
    db.exec('DROP TABLE recent_requests');
    for (const table of ['session_requests', 'generations', 'modules'])
      db.exec(`ALTER TABLE ${table} DROP COLUMN crc`);
    db.exec('PRAGMA user_version=1');
    engine.store.close();
    const { store } = open(engine.dir);
    expect(store.generations.loadActive()).toMatchObject({ json: '{}', active: true });
    store.sessionRequests.put('s', 7, { ts: 1n, result: '1', logLines: [] });
    store.sessionRequests.settle();
    scrub(store);
    store.db.exec(`UPDATE session_requests SET result = '2'`);
    expect(() => store.sessionRequests.get('s', 7)).toThrow(CorruptionError);
  });

  it('[engine S4] single flipped bits anywhere in the file are found, refused or change no answer', async () => {
    const engine = open();
    await pushSchema(engine, { a: { indexes: { by_n: ['n'] } } });
    for (let n = 0; n < 40; n++)
      await engine.committer.write((tx) => tx.db('').insert('a', { n, text: 'x'.repeat(n * 20) }));
    engine.store.close();
    const sound = readFileSync(join(engine.dir, 'data.sqlite'));
    const answer = (dir: string): string => {
      const again = openTestEngine({}, dir);
      try {
        scrub(again.store);
        return JSON.stringify(
          again.committer.read((tx) => [
            tx.db('').collect(indexRange('a.by_n')),
            tx.db('').collect(tableScan('a', 'desc')),
          ]),
        );
      } finally {
        again.store.close();
      }
    };
    const expected = answer(engine.dir);
    let detected = 0;
    for (let round = 0; round < CASES; round++) {
      const dir = mkdtempSync(join(tmpdir(), 'engine-rot-'));
      const copy = Buffer.from(sound);
      const bit = Math.floor(((round * 0.618_034) % 1) * copy.length * 8);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(join(dir, 'data.sqlite'), copy);
      try {
        expect(answer(dir)).toBe(expected);
      } catch (error) {
        detected++;
        expect((error as Error).name, String(error)).toMatch(/^(CorruptionError|OpenError)$/);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    }
    expect(detected).toBeGreaterThan(CASES / 10);
  });
});

describe('a full disk', () => {
  it('[engine S5] refuses with DISK_FULL, keeps reading, keeps the innocent and recovers when there is space', async () => {
    const engine = open();
    const { db } = engine.store;
    const write = (n: number, bytes: number): Promise<unknown> =>
      engine.committer.write((tx) => tx.db('').insert('a', { n, pad: 'x'.repeat(bytes) }));
    for (let n = 0; n < 20; n++) await write(n, 100);
    const pages = db.get('PRAGMA page_count')![0] as number;
    db.exec(`PRAGMA max_page_count=${pages + 20}`);
    const answers = await Promise.allSettled([
      write(20, 10),
      write(21, 900_000),
      write(22, 10),
      write(23, 10),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    const refused = answers[1] as PromiseRejectedResult;
    expect(refused.reason).toBeInstanceOf(CommitError);
    expect(refused.reason).toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining('The disk is full'),
    });
    expect(db.isTransaction).toBe(false);
    let refusals = 0;
    for (let n = 24; n < 60; n++) await write(n, 9000).catch(() => refusals++);
    expect(refusals).toBeGreaterThan(20);
    const kept = numbers(engine);
    expect(kept).toEqual(expect.arrayContaining([20, 22, 23]));
    expect(kept).not.toContain(21);
    db.exec('PRAGMA max_page_count=1000000');
    await write(100, 500_000);
    expect(numbers(engine)).toEqual([...kept, 100]);
    expect(db.get('PRAGMA integrity_check')![0]).toBe('ok');
  });

  it('[engine S5] a function that swallows the failure does not commit half a change', async () => {
    const engine = open();
    const { db } = engine.store;
    await engine.committer.write((tx) => tx.db('').insert('a', { n: 0 }));
    db.exec(`PRAGMA max_page_count=${db.get('PRAGMA page_count')![0]}`);
    const swallowing = engine.committer.write((tx) => {
      for (let n = 1; n < 50; n++) {
        try {
          tx.db('').insert('a', { n, pad: 'x'.repeat(5000) });
        } catch {
          // As user code might.
        }
      }
      return 'all well';
    });
    await expect(swallowing).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(numbers(engine)).toEqual([0]);
  });
});

describe('a failed write', () => {
  it('[engine S7] in the middle of a change condemns the mutation, even one that swallows the error', async () => {
    const engine = open();
    await engine.committer.write((tx) => tx.db('').insert('a', { n: 0 }));
    const { documents } = engine.store;
    const putEntry = documents.putEntry.bind(documents);
    documents.putEntry = () => {
      documents.putEntry = putEntry;
      throw Object.assign(new Error('constraint failed'), { code: 'ERR_SQLITE_ERROR', errcode: 19 });
    };
    const swallowing = engine.committer.write((tx) => {
      try {
        tx.db('').insert('a', { n: 1 });
      } catch {
        // As user code might.
      }
    });
    const neighbour = engine.committer.write((tx) => tx.db('').insert('a', { n: 2 }));
    await expect(swallowing).rejects.toThrow('constraint failed');
    await neighbour;
    expect(numbers(engine)).toEqual([0, 2]);
    scrub(engine.store);
  });

  it('[engine S5] [engine S6] of a checkpoint nobody waits for ends nothing when the disk is full, and the engine otherwise', async () => {
    const fatal: Error[] = [];
    const engine = open(undefined, { onFatal: (error) => void fatal.push(error) });
    const { db } = engine.store;
    const get = db.get.bind(db);
    const failWith = (errcode: number): void => {
      db.get = () => {
        throw Object.assign(new Error(`failure ${errcode}`), { code: 'ERR_SQLITE_ERROR', errcode });
      };
      db.checkpoint();
      db.get = get;
    };
    failWith(13);
    await engine.committer.write((tx) => tx.db('').insert('a', { n: 0 }));
    expect([numbers(engine), fatal]).toEqual([[0], []]);
    failWith(1034);
    await expect(engine.committer.write(() => 1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(fatal.map((error) => error.message)).toEqual(['failure 1034']);
  });

  it('[engine S6] stops everything: no answer, no further mutation, one call to onFatal', async () => {
    const fatal: Error[] = [];
    const engine = open(undefined, { onFatal: (error) => void fatal.push(error) });
    await engine.committer.write((tx) => tx.db('').insert('a', { n: 0 }));
    const { db } = engine.store;
    db.commitToLog = () => {
      throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 1034 });
    };
    const answers = await Promise.allSettled(
      [1, 2].map((n) => engine.committer.write((tx) => tx.db('').insert('a', { n }))),
    );
    for (const answer of answers)
      expect((answer as PromiseRejectedResult).reason).toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(engine.committer.write(() => 1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(fatal.map((error) => error.message)).toEqual(['disk I/O error']);
    expect(existsSync(engine.dir)).toBe(true);
  });

  it('[engine S6] a log that does not reach the disk stops everything too: what may be lost is neither answered nor read', async () => {
    const fatal: Error[] = [];
    const engine = open(undefined, { onFatal: (error) => void fatal.push(error) });
    await engine.committer.write((tx) => tx.db('').insert('a', { n: 0 }));
    engine.store.db.log.now = () => {
      throw new SyncError('EIO');
    };
    const answers = await Promise.allSettled([
      engine.committer.write((tx) => tx.db('').insert('a', { n: 1 })),
      engine.committer.write(() => {
        throw new Error('refused');
      }),
    ]);
    for (const answer of answers)
      expect((answer as PromiseRejectedResult).reason).toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(engine.committer.write(() => 1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(() => numbers(engine)).toThrow('The database could not be written');
    expect(fatal.map((error) => error.message)).toEqual(['The log could not be brought to the disk (EIO).']);
  });

  it.each([
    ['removed', (dir: string) => rmSync(join(dir, 'data.sqlite'))],
    ['its log removed', (dir: string) => rmSync(join(dir, 'data.sqlite-wal'))],
    ['moved away with its folder', (dir: string) => renameSync(dir, `${dir}-moved`)],
    [
      'replaced',
      (dir: string) => {
        renameSync(join(dir, 'data.sqlite'), join(dir, 'before'));
        copyFileSync(join(dir, 'before'), join(dir, 'data.sqlite'));
      },
    ],
    ['cut to nothing', (dir: string) => truncateSync(join(dir, 'data.sqlite'))],
    ['overwritten by a smaller one', (dir: string) => writeFileSync(join(dir, 'data.sqlite'), 'of before')],
  ])(
    '[engine S8] a database that was %s takes no further change, and is missed within a second',
    async (_, harm) => {
      const fatal: Error[] = [];
      const engine = open(undefined, { onFatal: (error) => void fatal.push(error) });
      disposables.push(() => rmSync(`${engine.dir}-moved`, { recursive: true, force: true }));
      await engine.committer.write((tx) => tx.db('').insert('a', { n: 0 }));
      harm(engine.dir);
      await expect(engine.committer.write((tx) => tx.db('').insert('a', { n: 1 }))).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
      });
      expect(() => numbers(engine)).toThrow('The database could not be written');
      expect(fatal.map((error) => error.message)).toEqual([
        expect.stringMatching(/was removed, replaced, overwritten or moved away/),
      ]);

      const idle = open(undefined, { onFatal: (error) => void fatal.push(error) });
      disposables.push(() => rmSync(`${idle.dir}-moved`, { recursive: true, force: true }));
      await idle.committer.write((tx) => tx.db('').insert('a', { n: 0 }));
      harm(idle.dir);
      await expect.poll(() => fatal.length, { timeout: 1_000 }).toBe(2);
      await expect(idle.committer.write(() => 1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    },
  );

  it('[engine S8] a backup that is copied over the running database is noticed within a second, whatever its size', async () => {
    const fatal: Error[] = [];
    const engine = open(undefined, { onFatal: (error) => void fatal.push(error) });
    const insert = (many: number) =>
      engine.committer.write((tx) => {
        for (let n = 0; n < many; n++) tx.db('').insert('a', { n, text: 'x'.repeat(1_000) });
      });
    const [file, backup] = ['data.sqlite', 'backup'].map((name) => join(engine.dir, name)) as [
      string,
      string,
    ];
    await insert(100);
    engine.store.db.checkpoint();
    copyFileSync(file, backup);
    await insert(100);
    engine.store.db.checkpoint();
    // As long as what it goes over.
    truncateSync(backup, statSync(file).size);
    // Longer than a look: what the engine writes itself is no reason.
    await sleep(900);
    expect(fatal).toEqual([]);
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, readFileSync(backup));
    closeSync(descriptor);
    await expect.poll(() => fatal.length, { timeout: 1_000 }).toBe(1);
    await expect(insert(1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});
