import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openTestEngine, tempDir } from '../transaction/testKit.ts';
import { holdIdleFolder, writeBackup } from './backup.ts';
import { inspect } from './inspect.ts';
import { restoreBackup } from './restore.ts';

const MAIN = join(import.meta.dirname, '../cli/main.mjs');
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function folder(): string {
  const dir = tempDir();
  folders.push(dir);
  return dir;
}

describe('holding a data folder', () => {
  it('[engine O1] keeps the database file as it was, however much is written, and moves the log over afterwards', async () => {
    const dir = folder();
    const { store, committer } = openTestEngine({}, dir);
    const digest = () =>
      createHash('sha256')
        .update(readFileSync(join(dir, 'copy')))
        .digest('hex');
    const copy = () => {
      // By another process: closing the file in this one would drop the lock.
      spawnSync('cp', [join(dir, 'data.sqlite'), join(dir, 'copy')]);
      return digest();
    };
    const write = () => committer.write((tx) => tx.db('').insert('a', { pad: 'x'.repeat(900_000) }));
    await write();
    const release = store.db.holdCheckpoints();
    const held = copy();
    // More than what makes SQLite move the log by itself, and longer than our own timer waits.
    for (let n = 0; n < 60; n++) await write();
    await new Promise((done) => setTimeout(done, 400));
    expect(copy()).toBe(held);
    expect(statSync(join(dir, 'data.sqlite-wal')).size).toBeGreaterThan(50_000_000);
    release();
    await new Promise((done) => setTimeout(done, 400));
    expect(copy()).not.toBe(held);
    store.close();
  }, 30_000);

  it('[engine O2] of an idle folder keeps it locked until all is copied', async () => {
    const dir = folder();
    const engine = openTestEngine({}, dir);
    await engine.committer.write((tx) => tx.db('').insert('a', { n: 1 }));
    engine.store.close();
    const target = folder();
    let refusal = '';
    await writeBackup(dir, join(target, 'b.tar'), async () => {
      const { release, broken } = await holdIdleFolder(dir)();
      return {
        broken,
        release: () => {
          refusal = spawnSync(process.execPath, [MAIN, '--data', dir, '--port', '0'], {
            encoding: 'utf8',
            timeout: 5_000,
          }).stderr;
          return release();
        },
      };
    });
    expect(refusal).toContain('is in use by another running engine');
    expect(await restoreBackup(join(target, 'b.tar'), join(target, 'r'))).toMatchObject({
      documents: 1,
      found: [],
    });
  }, 20_000);

  it('[engine O1] that nobody honours any more is noticed, and no backup is kept', async () => {
    const dir = folder();
    const { store, committer } = openTestEngine({}, dir);
    const target = folder();
    await committer.write((tx) => tx.db('').insert('a', { pad: 'x'.repeat(100_000) }));
    store.db.holdCheckpoints()();
    const hold = async () => {
      const broken = new AbortController().signal;
      // Asked while the copy is on its way; what an engine does that is killed and started again meanwhile.
      broken.throwIfAborted = () => void writeSync(file, Buffer.alloc(1), 0, 1, 24);
      return { release: async () => {}, broken };
    };
    const file = openSync(join(dir, 'data.sqlite'), 'r+');
    await new Promise((done) => setTimeout(done, 20));
    await expect(writeBackup(dir, join(target, 'b.tar'), hold)).rejects.toThrow(
      'The data changed while it was copied',
    );
    expect(readdirSync(target)).toEqual([]);
    closeSync(file);
    store.close();
  });

  it('[engine O3] that ends too early leaves no backup', async () => {
    const dir = folder();
    openTestEngine({}, dir).store.close();
    const target = folder();
    const hold = async () => ({
      release: async () => {},
      broken: AbortSignal.abort(new Error('too much was written')),
    });
    await expect(writeBackup(dir, join(target, 'b.tar'), hold)).rejects.toThrow('too much was written');
    expect(spawnSync('ls', ['-A', target], { encoding: 'utf8' }).stdout).toBe('');
  });
});

describe('restoring', () => {
  it('[engine O4] goes on above a clock that was ahead when the backup was made', async () => {
    const dir = folder();
    const ahead = Date.now() + 3_600_000;
    const engine = openTestEngine({ now: () => ahead }, dir);
    await engine.committer.write((tx) => tx.db('').insert('a', { n: 1 }));
    const last = engine.store.timestamp;
    engine.store.close();
    const target = folder();
    await writeBackup(dir, join(target, 'b.tar'), holdIdleFolder(dir));
    await restoreBackup(join(target, 'b.tar'), join(target, 'r'));
    const restored = openTestEngine({}, join(target, 'r'));
    expect(restored.committer.latestTs()).toBeGreaterThan(last);
    expect(inspect(restored.store, join(target, 'r')).found).toEqual([]);
    restored.store.close();
  });
});
