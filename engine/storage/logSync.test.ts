import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SyncError } from './errors.ts';
import { LogSync, type LogSyncOptions } from './logSync.ts';

let dir: string;
let log: LogSync;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => {
  log.close();
  rmSync(dir, { recursive: true, force: true });
});

function open(options: LogSyncOptions = {}): LogSync {
  const path = join(dir, 'log');
  writeFileSync(path, 'written');
  return (log = new LogSync(path, options));
}

/** Syncs until the thread is there to do it; answers what the work reported. */
async function whenStarted<T>(work: (isOver: () => boolean) => T): Promise<T> {
  for (let tries = 0; tries < 1_000; tries++) {
    const reported: T[] = [];
    log.during((isOver) => reported.push(work(isOver)));
    if (reported.length > 0) return reported[0]!;
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error('The thread did not start.');
}

it('does work while the disk is waited for, again and again', async () => {
  open();
  await whenStarted(() => true);
  for (let round = 0; round < 200; round++) {
    let overs = 0;
    log.during((isOver) => {
      if (round % 2) while (!isOver());
      overs++;
    });
    expect(overs).toBe(1);
  }
});

it('[engine S6] says so when the disk refuses, whoever waits for it', async () => {
  // Not a file that can be synced.
  log = new LogSync('/dev/null');
  expect(() => log.now()).toThrow(SyncError);
  expect(() => log.now()).toThrow('EINVAL');
  let seen: unknown;
  await whenStarted(() => true).catch((error: unknown) => (seen = error));
  expect(seen).toBeInstanceOf(SyncError);
});

it('waits for the disk also when the work fails', async () => {
  open();
  await whenStarted(() => true);
  let over: (() => boolean) | null = null;
  const failing = (): void =>
    log.during((isOver) => {
      over = isOver;
      throw new Error('a bug');
    });
  expect(failing).toThrow('a bug');
  expect(over!()).toBe(true);
});

it('syncs by itself once the thread has gone silent', async () => {
  const silent = join(dir, 'silent.mjs');
  writeFileSync(silent, 'setInterval(() => {}, 1000);');
  open({ thread: new URL(`file://${silent}`), threadMs: 50 });
  await whenStarted(() => true);
  let works = 0;
  log.during(() => works++);
  expect(works).toBe(0);
});
