/**
 * snapshot/ is `convex import` and `convex export` (§10.5).
 *
 *   start_upload ─► upload_part … ─► finish_upload: uploaded ─staged─► waiting_for_confirmation ─perform_import─►
 *   in_progress ─one transaction─► completed                    any ─mistake, restart─► failed
 *
 * Promises: an import is there as a whole or not at all, ids and creation times included; until it is confirmed nothing
 * is changed. While it is applied nothing else is served. The state is a document, so the CLI can watch it.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Files } from '../files/files.ts';
import { isUuid } from '../files/blobs.ts';
import type { Committer } from '../transaction/committer.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { CommitError, DeveloperError, HttpError } from '../values/errors.ts';
import { valueToJson } from '../values/json.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { applyImport, planImport, type TableChange } from './apply.ts';
import { type ImportFormat, type ImportMode, type ImportRequest, type Staged, stageImport } from './stage.ts';

export const IMPORTS = '_snapshot_imports';

export interface SnapshotDeps {
  dataDir: string;
  committer: Committer;
  files: Files;
  reportError: (error: unknown) => void;
}

const FORMATS: readonly ImportFormat[] = ['jsonLines', 'jsonArray', 'csv', 'zip'];
const MODES: readonly ImportMode[] = ['requireEmpty', 'append', 'replace', 'replaceAll'];
const MAX_PARTS = 10_000;
const system = { isSystem: true };

export class Imports {
  readonly #deps: SnapshotDeps;
  readonly #folder: string;
  readonly #staged = new Map<string, { staged: Staged; request: ImportRequest; folder: string }>();

  constructor(deps: SnapshotDeps) {
    this.#deps = deps;
    this.#folder = join(deps.dataDir, 'imports');
  }

  /** What a stop or crash interrupted has failed; its files are gone. */
  async start(): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    const open_ = this.#deps.committer.read(listImports).filter(({ state }) => !isFinal(state));
    for (const { _id } of open_) {
      await this.#setState(_id, {
        state: 'failed',
        error_message: 'The server was restarted before the import was complete. Nothing was changed.',
      });
    }
  }

  async startUpload(): Promise<string> {
    const token = randomUUID();
    await mkdir(join(this.#folder, token), { recursive: true });
    return token;
  }

  /** Answers the token of the part. */
  async uploadPart(token: string, part: number, chunks: AsyncIterable<Uint8Array>): Promise<string> {
    const folder = await this.#uploadFolder(token);
    if (!Number.isInteger(part) || part < 1 || part > MAX_PARTS)
      throw new HttpError(400, 'InvalidPart', `The part number must be from 1 to ${MAX_PARTS}.`);
    this.#deps.files.blobs.requireRoom(0);
    await pipeline(chunks, createWriteStream(join(folder, `part-${part}`), { mode: 0o600 }));
    return `part-${part}`;
  }

  /** Puts the parts together and begins to read them; the answer is the import's id. */
  async finishUpload(body: JsonObject): Promise<string> {
    const request = requestOf(body.import);
    const folder = await this.#uploadFolder(String(body.uploadToken));
    const upload = join(folder, 'upload');
    await concatenate(folder, body.partTokens, upload);
    const { value: id } = await this.#deps.committer.write((tx) =>
      tx.db('').insert(IMPORTS, { request: { ...request }, state: { state: 'uploaded' } }, system),
    );
    void this.#stage(id, request, upload, folder);
    return id;
  }

  /** Confirms an import; it runs on its own. */
  perform(id: string): void {
    const waiting = this.#staged.get(id);
    if (waiting === undefined)
      throw new HttpError(
        400,
        'ImportNotWaiting',
        'There is no import of this id that waits for confirmation.',
      );
    this.#staged.delete(id);
    void this.#apply(id, waiting);
  }

  async cancel(id: string): Promise<void> {
    const waiting = this.#staged.get(id);
    if (waiting === undefined) return;
    this.#staged.delete(id);
    await this.#fail(id, waiting.folder, new HttpError(400, 'Canceled', 'The import was canceled.'));
    waiting.staged.release();
  }

  close(): void {
    for (const { staged } of this.#staged.values()) staged.release();
  }

  async #stage(id: string, request: ImportRequest, upload: string, folder: string): Promise<void> {
    const { committer, files } = this.#deps;
    let staged: Staged | null = null;
    try {
      staged = await stageImport(request, upload, folder, files);
      const plan = committer.read((tx) => planImport(tx, staged!, request.mode));
      this.#staged.set(id, { staged, request, folder });
      await this.#setState(id, {
        state: 'waiting_for_confirmation',
        message_to_confirm: summaryOf(plan),
        require_manual_confirmation: plan.some(({ removed }) => removed > 0),
      });
    } catch (error) {
      staged?.release();
      await this.#fail(id, folder, error);
    }
  }

  async #apply(
    id: string,
    { staged, request, folder }: { staged: Staged; request: ImportRequest; folder: string },
  ): Promise<void> {
    const { committer, files, reportError } = this.#deps;
    try {
      await this.#setState(id, {
        state: 'in_progress',
        progress_message: 'Importing',
        checkpoint_messages: [],
      });
      await committer.write((tx) => {
        const written = applyImport(tx, staged, request.mode);
        // In the same transaction: a crash cannot leave a complete import that says it is not.
        const state = { state: 'completed', num_rows_written: valueToJson(BigInt(written)) };
        tx.db('').patch(id, { state }, system);
      });
      await rm(folder, { recursive: true, force: true });
    } catch (error) {
      await this.#fail(id, folder, error);
    } finally {
      staged.release();
    }
    await files.sweep().catch(reportError);
  }

  async #fail(id: string, folder: string, error: unknown): Promise<void> {
    const { reportError } = this.#deps;
    const isKnown =
      error instanceof DeveloperError || error instanceof HttpError || error instanceof CommitError;
    if (!isKnown) reportError(error);
    const error_message = isKnown ? error.message : 'The import failed. Nothing was changed.';
    await this.#setState(id, { state: 'failed', error_message }).catch(reportError);
    await rm(folder, { recursive: true, force: true }).catch(reportError);
  }

  async #setState(id: string, state: JsonObject): Promise<void> {
    await this.#deps.committer.write((tx) => void tx.db('').patch(id, { state }, system));
  }

  async #uploadFolder(token: string): Promise<string> {
    const folder = join(this.#folder, token);
    const isThere = isUuid(token) && (await stat(folder).catch(() => null)) !== null;
    if (!isThere) throw new HttpError(400, 'InvalidUploadToken', 'There is no upload under this token.');
    return folder;
  }
}

export interface ImportDocument {
  _id: string;
  state: JsonObject;
}

/** Newest last. */
export function listImports(tx: Transaction): ImportDocument[] {
  const source = { type: 'FullTableScan', tableName: IMPORTS, order: 'asc' };
  return tx.db('').collect({ source, operators: [] }) as unknown as ImportDocument[];
}

/** As the CLI wants it; null for an unknown id. */
export function readImport(tx: Transaction, id: JsonValue | undefined): JsonValue {
  const text = typeof id === 'string' ? tx.db('').get(id, { table: IMPORTS, isSystem: true }) : null;
  return text === null ? null : (JSON.parse(text) as JsonObject);
}

function isFinal({ state }: JsonObject): boolean {
  return state === 'completed' || state === 'failed';
}

function requestOf(json: JsonValue | undefined): ImportRequest {
  const { format, mode, tableName, componentPath } = (json ?? {}) as Record<string, JsonValue | undefined>;
  if (!FORMATS.includes(format as ImportFormat))
    throw new HttpError(400, 'InvalidFormat', `The format must be one of ${FORMATS.join(', ')}.`);
  if (!MODES.includes(mode as ImportMode))
    throw new HttpError(400, 'InvalidMode', `The mode must be one of ${MODES.join(', ')}.`);
  if (format !== 'zip' && typeof tableName !== 'string')
    throw new HttpError(400, 'MissingTable', 'A file that is no ZIP file needs the name of its table.');
  return {
    format: format as ImportFormat,
    mode: mode as ImportMode,
    tableName: typeof tableName === 'string' ? tableName : null,
    component: typeof componentPath === 'string' ? componentPath : '',
  };
}

async function concatenate(folder: string, parts: JsonValue | undefined, target: string): Promise<void> {
  const tokens = Array.isArray(parts) ? parts.map(String) : [];
  if (!tokens.every((token) => /^part-\d{1,5}$/.test(token)))
    throw new HttpError(400, 'InvalidPart', 'Expected the tokens of the parts that were uploaded.');
  await (await open(target, 'w', 0o600)).close();
  for (const token of tokens) {
    const part = join(folder, token);
    if ((await stat(part).catch(() => null)) === null)
      throw new HttpError(400, 'InvalidPart', `The part ${token} was not uploaded.`);
    await pipeline(createReadStream(part), createWriteStream(target, { flags: 'a' }));
    await rm(part);
  }
}

function summaryOf(changes: readonly TableChange[]): string {
  const rows = changes.map(({ component, name, added, removed }) => {
    const table = component === '' ? name : `${component}:${name}`;
    return `  ${table}: ${added} to add, ${removed} to delete`;
  });
  return ['Import change summary (documents):', ...rows].join('\n');
}
