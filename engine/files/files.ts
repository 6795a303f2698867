/**
 * files/ is file storage (§8.1): blobs on disk, their `_storage` documents, upload and download.
 *
 * A stored file is a document of `_storage`, as functions read it through db.system, and beside it one of `_storage_blobs`
 * that names the blob: ids are handed around freely, and must not tell the address under which anyone can read the file.
 *
 *   store:  blob complete on disk ──► documents, in the caller's transaction
 *   remove: documents, in the caller's transaction ──► after the COMMIT: blob
 *
 * Promises: a document that is committed has its blob; a transaction that is undone leaves neither; blobs no document
 * names are removed, at the next start at the latest. A component sees its own files only.
 */
import { randomUUID } from 'node:crypto';
import type { FileStorage, StoredFile } from '../functions/calls/services.ts';
import type { Store } from '../storage/store.ts';
import type { Committer } from '../transaction/committer.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { EDGES } from '../values/edges.ts';
import { DeveloperError } from '../values/errors.ts';
import { decodeId, tableNumberOfId } from '../values/id.ts';
import type { JsonObject } from '../values/value.ts';
import { BlobFolder, isUuid, type WrittenBlob } from './blobs.ts';
import { UploadTokens } from './uploadTokens.ts';

export interface FilesOptions {
  dataDir: string;
  store: Store;
  committer: Committer;
  urls: () => { cloud: string };
  /** The largest file that is accepted. */
  maxBytes?: number | undefined;
  /** An upload URL takes one file. */
  uploadsOnce?: boolean | undefined;
  /** The type uploads are stored as, whatever they say of themselves. */
  uploadsAs?: string | undefined;
  reportError: (error: unknown) => void;
}

/** A stored file as the engine knows it. */
export interface FileRecord {
  id: string;
  uuid: string;
  size: number;
  /** Base64. */
  sha256: string;
  contentType: string | null;
}

export const STORAGE = '_storage';
export const BLOBS = '_storage_blobs';
/** Downloads that have just found the blob's name should still find the blob. */
const COLLECT_AFTER_MS = 1_000;
const system = { isSystem: true };

export class Files implements FileStorage {
  readonly blobs: BlobFolder;
  readonly maxBytes: number;
  readonly uploadsAs: string | undefined;
  readonly #store: Store;
  readonly #committer: Committer;
  readonly #urls: () => { cloud: string };
  readonly #tokens: UploadTokens;
  readonly #reportError: (error: unknown) => void;
  /** Being written, or waiting for the transaction that names them. */
  readonly #inFlight = new Set<string>();
  /** Blobs that may have lost their document: written or removed by a transaction whose fate we have not asked. */
  readonly #suspects = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: FilesOptions) {
    this.blobs = new BlobFolder(options.dataDir);
    this.maxBytes = options.maxBytes ?? EDGES.upload.most;
    this.uploadsAs = options.uploadsAs;
    this.#store = options.store;
    this.#committer = options.committer;
    this.#urls = options.urls;
    this.#tokens = new UploadTokens(
      options.store.secret('upload_tokens'),
      options.store.now,
      options.uploadsOnce,
    );
    this.#reportError = options.reportError;
  }

  getUrl(tx: Transaction, component: string, storageId: string): string | null {
    const uuid = this.#locate(tx, component, storageId, 'getUrl')?.uuid;
    if (uuid === undefined) return null;
    const query = component === '' ? '' : `?component=${encodeURIComponent(component)}`;
    return `${this.#urls().cloud}/api/storage/${uuid}${query}`;
  }

  getMetadata(tx: Transaction, component: string, storageId: string): JsonObject | null {
    const file = this.#find(tx, component, storageId, 'getMetadata');
    if (file === null) return null;
    const { sha256, size, contentType } = file;
    return { storageId, sha256: Buffer.from(sha256, 'base64').toString('hex'), size, contentType };
  }

  generateUploadUrl(component: string): string {
    return `${this.#urls().cloud}/api/storage/upload?token=${this.#tokens.create(component)}`;
  }

  remove(tx: Transaction, component: string, storageId: string): void {
    tx.mustWrite();
    const found = this.#locate(tx, component, storageId, 'delete');
    if (found === null) throw new DeveloperError('StorageNotFound', `storage id ${storageId} not found`);
    tx.uncounted(() => {
      tx.db(component).remove(found.id, system);
      tx.db(component).remove(found.blobDocument, system);
    });
    this.#suspect(found.uuid, component);
  }

  store(tx: Transaction, component: string, { bytes, contentType, sha256 }: StoredFile): string {
    tx.mustWrite();
    tx.countFileWritten(bytes.byteLength);
    const blob = this.blobs.writeNow(bytes);
    this.#suspect(blob.uuid, component);
    requireDigest(blob, sha256 === null ? null : digestOf(sha256));
    return this.insert(tx, component, blob, contentType);
  }

  read(
    tx: Transaction,
    component: string,
    storageId: string,
  ): { bytes: Uint8Array; contentType: string | null } | null {
    const file = this.#find(tx, component, storageId, 'get');
    if (file === null) return null;
    tx.countFileRead(file.size);
    return { bytes: this.blobs.readNow(file.uuid), contentType: file.contentType };
  }

  async upload(component: string, { bytes, contentType, sha256 }: StoredFile): Promise<string> {
    return this.receive(component, once(bytes), contentType, sha256 === null ? null : digestOf(sha256));
  }

  async download(
    component: string,
    storageId: string,
  ): Promise<{ bytes: Uint8Array; contentType: string | null } | null> {
    const file = this.#committer.read((tx) => this.#find(tx, component, storageId, 'get'));
    return file === null ? null : { bytes: await this.blobs.read(file.uuid), contentType: file.contentType };
  }

  /** Streams a file in and commits its document; nothing is left of one that fails. Answers the document's id. */
  async receive(
    component: string,
    chunks: AsyncIterable<Uint8Array>,
    contentType: string | null,
    digest: Buffer | null,
  ): Promise<string> {
    const uuid = randomUUID();
    const release = this.hold(uuid, component);
    try {
      const blob = await this.blobs.write(uuid, chunks, this.maxBytes);
      requireDigest(blob, digest);
      const { value } = await this.#committer.write((tx) => this.insert(tx, component, blob, contentType));
      return value;
    } finally {
      release();
    }
  }

  /** Keeps a blob from collection until the answer is called; whether a document names it by then decides its fate. */
  hold(uuid: string, component: string): () => void {
    this.#inFlight.add(uuid);
    return () => {
      this.#inFlight.delete(uuid);
      this.#suspect(uuid, component);
    };
  }

  /** Writes the documents of a blob that is on disk. */
  insert(tx: Transaction, component: string, blob: WrittenBlob, contentType: string | null): string {
    const fields: JsonObject = { sha256: blob.sha256.toString('base64'), size: blob.size };
    if (contentType !== null) fields.contentType = contentType;
    return tx.uncounted(() => {
      const file = tx.db(component).insert(STORAGE, fields, system);
      tx.db(component).insert(BLOBS, { file, blob: blob.uuid }, system);
      return file;
    });
  }

  claimUpload(token: string | null): ReturnType<UploadTokens['claim']> {
    return this.#tokens.claim(token);
  }

  /** The file behind a public address. */
  byUuid(component: string, uuid: string): FileRecord | null {
    return this.#committer.read((tx) => this.#find(tx, component, uuid.toLowerCase(), 'get'));
  }

  /** Removes the blobs no document names: what a crash, or a copy of the folder while it was written to, left behind. */
  async sweep(): Promise<void> {
    for await (const uuid of this.blobs.list()) {
      if (this.#closed) return;
      if (!this.#inFlight.has(uuid) && !this.isNamed(uuid)) this.blobs.remove(uuid);
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Whether any component has a file of this name. */
  isNamed(uuid: string): boolean {
    return this.#store.registry
      .tables()
      .some(({ name, component }) => name === BLOBS && this.#isNamedIn(component, uuid));
  }

  #isNamedIn(component: string, uuid: string): boolean {
    return this.#committer.read((tx) => this.#blobDocument(tx, component, 'blob', uuid) !== null);
  }

  #suspect(uuid: string, component: string): void {
    this.#suspects.set(uuid, component);
    this.#timer ??= setTimeout(() => this.#collect(), COLLECT_AFTER_MS).unref();
  }

  /** Transactions run start to end between two turns of the event loop, so what is asked here is decided. */
  #collect(): void {
    this.#timer = null;
    if (this.#closed) return;
    const suspects = [...this.#suspects];
    this.#suspects.clear();
    for (const [uuid, component] of suspects) {
      try {
        if (!this.#inFlight.has(uuid) && !this.#isNamedIn(component, uuid)) this.blobs.remove(uuid);
      } catch (error) {
        this.#reportError(error);
      }
    }
  }

  #find(tx: Transaction, component: string, storageId: string, method: string): FileRecord | null {
    const found = this.#locate(tx, component, storageId, method);
    const text = found === null ? null : tx.uncounted(() => tx.db(component).get(found.id, system));
    if (found === null || text === null) return null;
    const { size, sha256, contentType } = JSON.parse(text) as Omit<FileRecord, 'id' | 'uuid'>;
    return { id: found.id, uuid: found.uuid, size, sha256, contentType: contentType ?? null };
  }

  /** Accepts the id of a `_storage` document and, as old code has it, the blob's UUID. */
  #locate(tx: Transaction, component: string, storageId: string, method: string): Located | null {
    if (isUuid(storageId)) return this.#blobDocument(tx, component, 'blob', storageId.toLowerCase());
    const number = tableNumberOfId(storageId);
    if (number === null) throw badId(method, undecodable(storageId));
    const name = tx.db(component).tableNameOf(number);
    if (number !== STORAGE_NUMBER) {
      throw badId(method, ` expected to be an Id<"_storage">, got Id<"${name ?? 'unknown'}"> instead.`, ',');
    }
    return this.#blobDocument(tx, component, 'file', storageId);
  }

  #blobDocument(tx: Transaction, component: string, field: 'file' | 'blob', value: string): Located | null {
    if (tx.registry.table(component, BLOBS) === null) {
      tx.recording?.dependencies.add(`tables:${component}`);
      return null;
    }
    const source = {
      type: 'IndexRange',
      indexName: `${BLOBS}.by_${field}`,
      range: [{ type: 'Eq', fieldPath: field, value }],
      order: 'asc',
    };
    const rows = tx.uncounted(() => tx.db(component).collect({ source, operators: [{ limit: 1 }] }));
    const row = rows[0] as { _id: string; file: string; blob: string } | undefined;
    return row === undefined ? null : { id: row.file, uuid: row.blob, blobDocument: row._id };
  }
}

interface Located {
  id: string;
  uuid: string;
  blobDocument: string;
}

const STORAGE_NUMBER = 201;

/** Reads a SHA-256 given as base64 or hex; throws DeveloperError. */
function digestOf(text: string): Buffer {
  const digest = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (digest.length === 32) return digest;
  throw new DeveloperError('InvalidSha256', 'Expected `sha256` to be a SHA-256 digest in base64 or hex.');
}

function requireDigest(blob: WrittenBlob, expected: Buffer | null): void {
  if (expected === null || expected.equals(blob.sha256)) return;
  throw new DeveloperError(
    'Sha256Mismatch',
    `The file's SHA-256 is ${blob.sha256.toString('base64')}, not ${expected.toString('base64')} as was announced: it was damaged on the way.`,
  );
}

function badId(method: string, reason: string, separator = ':'): DeveloperError {
  return new DeveloperError(
    'InvalidArgument',
    `Invalid argument \`storageId\` for \`storage.${method}\`${separator}${reason}`,
  );
}

function undecodable(id: string): string {
  try {
    decodeId(id);
  } catch (error) {
    return ` ${(error as Error).message}`;
  }
  return '';
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
