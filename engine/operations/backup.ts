/**
 * Writes a backup while the engine runs, or of a folder nobody uses.
 *
 *   1. The engine moves its log into data.sqlite and holds: no checkpoint, no blob removed.
 *   2. data.sqlite is now the state of one commit, and changes no more; new commits go to the log.
 *   3. This process copies data.sqlite and the blobs.
 *   4. The hold ends, at the latest when the connection that asked for it does.
 *
 * Surprise: the copying must not be done by the process that has the database open. On POSIX systems closing any descriptor
 * of a file drops all locks its process holds on it, and with them the sole ownership of the folder.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { type FileHandle, open, opendir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BLOBS_FOLDER, isUuid } from '../files/blobs.ts';
import { openStore } from '../storage/store.ts';
import { ArchiveWriter, chunksOf } from './archive.ts';

export const BACKUP_FORMAT = 1;

/** No backup was made; the message is one sentence for the operator. */
class BackupError extends Error {
  override readonly name = 'BackupError';
}

const CHANGED =
  'The data changed while it was copied, because the engine stopped or was killed; nothing was written.';

export interface BackupDone {
  bytes: number;
  files: number;
  /** How long the engine was held. */
  heldMs: number;
}

/** Stops the folder from changing under the copy; the answer ends that. */
export type Hold = () => Promise<{ release: () => Promise<void>; broken: AbortSignal }>;

/** Copies the folder into `file` while `hold` holds; nothing is left of a backup that fails. */
export async function writeBackup(dataDir: string, file: string, hold: Hold): Promise<BackupDone> {
  const partial = `${file}.${randomUUID().slice(0, 8)}.partial`;
  const output = await open(partial, 'wx', 0o600);
  try {
    const { release, broken } = await hold();
    const began = performance.now();
    let files: number;
    const archive = new ArchiveWriter(output);
    const database = await open(join(dataDir, 'data.sqlite'), 'r');
    try {
      const before = await database.stat({ bigint: true });
      files = await copyFolder(dataDir, database, archive, broken);
      broken.throwIfAborted();
      // An engine that died took its hold with it, and we may not have heard yet.
      if ((await database.stat({ bigint: true })).mtimeNs !== before.mtimeNs) throw new BackupError(CHANGED);
    } finally {
      await release();
      // Not sooner: where this very process holds the database, closing this would have dropped its locks.
      await database.close();
    }
    const heldMs = performance.now() - began;
    await archive.finish();
    await output.close();
    await rename(partial, file);
    syncFolder(dirname(file));
    return { bytes: archive.bytes, files, heldMs };
  } catch (error) {
    await output.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

/** A hold on a folder no engine uses: opening it proves that, and closing moves the whole log into the database. */
export const holdIdleFolder =
  (dataDir: string): Hold =>
  async () => {
    const store = openStore(dataDir);
    store.db.holdCheckpoints();
    return { release: async () => store.close(), broken: new AbortController().signal };
  };

async function copyFolder(
  dataDir: string,
  database: FileHandle,
  archive: ArchiveWriter,
  broken: AbortSignal,
): Promise<number> {
  await archive.addText(
    'backup.json',
    `${JSON.stringify({ format: BACKUP_FORMAT, createdAt: new Date().toISOString() })}\n`,
  );
  await copy(archive, 'data.sqlite', database, broken);
  let files = 0;
  for await (const { name } of await blobsOf(dataDir)) {
    if (!isUuid(name)) continue;
    const blob = await open(join(dataDir, BLOBS_FOLDER, name), 'r');
    try {
      await copy(archive, `blobs/${name}`, blob, broken);
    } finally {
      await blob.close();
    }
    files++;
  }
  return files;
}

async function blobsOf(dataDir: string): Promise<AsyncIterable<{ name: string }>> {
  try {
    return await opendir(join(dataDir, BLOBS_FOLDER));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return (async function* nothing() {})();
  }
}

async function copy(
  archive: ArchiveWriter,
  name: string,
  source: FileHandle,
  broken: AbortSignal,
): Promise<void> {
  const { size } = await source.stat();
  await archive.add(name, size, untilBroken(chunksOf(source), broken));
}

async function* untilBroken(
  chunks: AsyncIterable<Uint8Array>,
  broken: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    broken.throwIfAborted();
    yield chunk;
  }
}

/** Makes renames in a folder durable. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
