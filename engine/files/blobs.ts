/**
 * The bytes of stored files: one file per blob in `blobs/` of the data folder, named by a random UUID, never changed.
 *
 *   incoming/<uuid> ──written, fsynced──► <uuid> ──folder fsynced──► may be named by a document
 *
 * Promises: a blob whose name was handed out is complete on disk; writing and reading take memory for a chunk, not for the
 * file; a disk that is nearly full refuses files before it would refuse the database.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open, opendir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommitError, HttpError } from '../values/errors.ts';

export interface WrittenBlob {
  uuid: string;
  size: number;
  sha256: Buffer;
}

/** In the data folder. */
export const BLOBS_FOLDER = 'blobs';
/** What is left to the database when files fill the disk. */
const RESERVED_BYTES = 64 * 1024 * 1024;
const CHECK_ROOM_EVERY = 16 * 1024 * 1024;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

export class BlobFolder {
  readonly #folder: string;
  readonly #incoming: string;
  /** What is to be removed when the backup that is under way has copied it; null while there is none. */
  #heldBack: Set<string> | null = null;

  /** Creates the folder if it is missing and drops what a crash left half written. */
  constructor(dataDir: string) {
    this.#folder = join(dataDir, BLOBS_FOLDER);
    this.#incoming = join(this.#folder, 'incoming');
    rmSync(this.#incoming, { recursive: true, force: true });
    mkdirSync(this.#incoming, { recursive: true });
  }

  /** Streams a blob to disk under a new name; throws HttpError 413 beyond `maxBytes`. Nothing is left of one that fails. */
  async write(uuid: string, chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<WrittenBlob> {
    const path = join(this.#incoming, uuid);
    const hash = createHash('sha256');
    let size = 0;
    let checkedUpTo = 0;
    let file: FileHandle | null = null;
    try {
      file = await open(path, 'wx', 0o600);
      for await (const chunk of chunks) {
        size += chunk.byteLength;
        if (size > maxBytes) throw tooLarge(maxBytes);
        if (size > checkedUpTo) {
          this.#requireRoom(CHECK_ROOM_EVERY);
          checkedUpTo = size + CHECK_ROOM_EVERY;
        }
        hash.update(chunk);
        await file.writeFile(chunk);
      }
      await file.sync();
      await file.close();
      file = null;
      await rename(path, this.#path(uuid));
      await this.#folderSynced();
      return { uuid, size, sha256: hash.digest() };
    } catch (error) {
      await file?.close();
      await rm(path, { force: true });
      throw diskFailure(error);
    }
  }

  /** The same at once, for a mutation. */
  writeNow(bytes: Uint8Array): WrittenBlob {
    const uuid = randomUUID();
    const path = join(this.#incoming, uuid);
    try {
      this.#requireRoom(bytes.byteLength);
      const file = openSync(path, 'wx', 0o600);
      try {
        for (let at = 0; at < bytes.byteLength;) at += writeSync(file, bytes, at);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(path, this.#path(uuid));
      this.#syncFolder();
    } catch (error) {
      rmSync(path, { force: true });
      throw diskFailure(error);
    }
    return { uuid, size: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest() };
  }

  readNow(uuid: string): Uint8Array {
    return readFileSync(this.#path(uuid));
  }

  read(uuid: string): Promise<Uint8Array> {
    return readFile(this.#path(uuid));
  }

  /** For reading; the bytes stay readable through it even if the blob is removed meanwhile. */
  open(uuid: string): Promise<FileHandle> {
    return open(this.#path(uuid), 'r');
  }

  remove(uuid: string): void {
    if (this.#heldBack) this.#heldBack.add(uuid);
    else rmSync(this.#path(uuid), { force: true });
  }

  /** Keeps every blob there is until the answer is called: whoever copies the folder finds what an older state names. */
  holdRemovals(): () => void {
    const heldBack = new Set<string>();
    this.#heldBack = heldBack;
    return () => {
      if (this.#heldBack !== heldBack) return;
      this.#heldBack = null;
      for (const uuid of heldBack) this.remove(uuid);
    };
  }

  /** The names of all blobs, a few at a time. */
  async *list(): AsyncGenerator<string> {
    for await (const { name } of await opendir(this.#folder)) if (isUuid(name)) yield name;
  }

  /** Throws CommitError when `bytes` more would leave the database too little. */
  requireRoom(bytes: number): void {
    this.#requireRoom(bytes);
  }

  #requireRoom(bytes: number): void {
    const { bavail, bsize } = statfsSync(this.#folder);
    if (bavail * bsize < bytes + RESERVED_BYTES) throw noRoom();
  }

  #path(uuid: string): string {
    return join(this.#folder, uuid);
  }

  async #folderSynced(): Promise<void> {
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** The same at once. */
  #syncFolder(): void {
    const folder = openSync(this.#folder, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }
}

export function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, 'FileTooLarge', `The file is larger than ${maxBytes} bytes.`);
}

function noRoom(cause?: unknown): CommitError {
  return new CommitError('DISK_FULL', 'The disk is full: the file was not saved.', { cause });
}

function diskFailure(error: unknown): unknown {
  const code = (error as { code?: string }).code;
  return code === 'ENOSPC' || code === 'EDQUOT' ? noRoom(error) : error;
}
