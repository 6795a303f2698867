/**
 * Turns a backup into a data folder.
 *
 *   unpacked into restoring/ ──► checksums ──► opened and checked whole ──► clock moved on ──► blobs/ ──► data.sqlite
 *
 * Promises: only an empty folder is written to; data.sqlite appears last, so that a restore that was interrupted is never
 * taken for a deployment; every timestamp given out from now on is above every one the backed-up engine gave out, also after
 * the backup, as long as this machine's clock is not behind: clients that saw later states are not shown an older clock.
 */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BLOBS_FOLDER } from '../files/blobs.ts';
import { openStore } from '../storage/store.ts';
import { ArchiveError, readArchive } from './archive.ts';
import { BACKUP_FORMAT, syncFolder } from './backup.ts';
import { inspect, type Inspection } from './inspect.ts';

/** Timestamps the engine may have reserved ahead of its clock. */
const AHEAD_NS = 2_000_000_000n;
/** What may lie in a folder that counts as empty: file systems put it there. */
const HARMLESS = new Set(['lost+found', '.DS_Store']);

/** The backup cannot be restored; the message is one sentence for the operator. */
class RestoreError extends Error {
  override readonly name = 'RestoreError';
}

export async function restoreBackup(file: string, folder: string): Promise<Inspection> {
  const dataDir = resolve(folder);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (readdirSync(dataDir).some((name) => !HARMLESS.has(name))) {
    throw new RestoreError(
      `The folder ${dataDir} is not empty: choose another one with --data, or empty it first.`,
    );
  }
  const work = join(dataDir, 'restoring');
  mkdirSync(join(work, BLOBS_FOLDER), { recursive: true, mode: 0o700 });
  try {
    await unpack(file, work);
    const done = checkAndAdvance(work, file);
    renameSync(join(work, BLOBS_FOLDER), join(dataDir, BLOBS_FOLDER));
    renameSync(join(work, 'data.sqlite'), join(dataDir, 'data.sqlite'));
    rmSync(work, { recursive: true });
    syncFolder(dataDir);
    return done;
  } catch (error) {
    for (const name of ['restoring', BLOBS_FOLDER])
      rmSync(join(dataDir, name), { recursive: true, force: true });
    throw error instanceof ArchiveError
      ? new RestoreError(`The backup ${file} cannot be restored: ${error.message}.`, { cause: error })
      : error;
  }
}

async function unpack(file: string, work: string): Promise<void> {
  const input = await openBackup(file);
  try {
    let described = false;
    const names = await readArchive(input, async (name, chunks) => {
      if (name === 'backup.json') {
        requireFormat(await textOf(chunks));
        described = true;
      } else {
        await writeFile(join(work, name), chunks);
      }
    });
    if (!described || !names.includes('data.sqlite'))
      throw new ArchiveError('it is not a backup of this engine');
    syncFolder(join(work, BLOBS_FOLDER));
    syncFolder(work);
  } finally {
    await input.close();
  }
}

async function openBackup(file: string) {
  try {
    return await open(file, 'r');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new RestoreError(`The backup ${file} ${why}.`, { cause: error });
  }
}

function requireFormat(text: string): void {
  const { format } = JSON.parse(text) as { format?: number };
  if (format !== BACKUP_FORMAT) throw new ArchiveError('it was written by a newer engine; use that version');
}

function checkAndAdvance(work: string, file: string): Inspection {
  const store = openStore(work);
  try {
    const done = inspect(store, work);
    if (done.found.length > 0)
      throw new RestoreError(
        `The backup ${file} cannot be restored: it holds damaged data (${done.found[0]}).`,
      );
    const now = BigInt(Date.now()) * 1_000_000n;
    store.advanceTo((now > store.timestamp ? now : store.timestamp) + AHEAD_NS);
    store.nextTimestamp();
    return done;
  } finally {
    store.close();
  }
}

async function writeFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const output = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of chunks) await output.writeFile(chunk);
    await output.sync();
  } finally {
    await output.close();
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of chunks) parts.push(part);
  return Buffer.concat(parts).toString();
}
