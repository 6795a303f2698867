/**
 * `convex export`: a ZIP file of everything at one instant.
 *
 *   requested ─documents copied to a file of their own, at one instant─► in_progress ─► completed | failed
 *
 * SQLite copies the documents while nothing else is served, which takes seconds for millions; packing them takes as long
 * as it takes, beside everything else. Only the newest export is kept.
 */
import { readdirSync, rmSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BLOBS, STORAGE } from '../files/files.ts';
import type { TableInfo } from '../storage/registry.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { HttpError } from '../values/errors.ts';
import { valueToJson } from '../values/json.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { toExportText } from './exportJson.ts';
import type { SnapshotDeps } from './imports.ts';
import { ZipWriter } from './zipWriter.ts';

export const EXPORTS = '_snapshot_exports';
const README = `# Snapshot export

The documents of each table, as lines of JSON in <table>/documents.jsonl.

Numbers without a fraction or exponent are int64, all others float64; bytes are {"$bytes": base64}.
Import it with: npx convex import <this file>
`;
const ROWS = 500;
const PART_CHARS = 64 * 1024;
const PACKED_TYPE = /^(?:image\/(?!svg)|video\/|audio\/|application\/(?:zip|gzip|pdf))/;
const system = { isSystem: true };

export class Exports {
  readonly #deps: SnapshotDeps;
  readonly #folder: string;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: SnapshotDeps) {
    this.#deps = deps;
    this.#folder = join(deps.dataDir, 'exports');
  }

  /** What a stop or crash interrupted has failed. */
  async start(): Promise<void> {
    const open = this.#deps.committer
      .read(listExports)
      .filter(({ state }) => state === 'requested' || state === 'in_progress');
    for (const { _id } of open) await this.#patch(_id as string, { state: 'failed' });
    for (const name of this.#kept()) if (!name.endsWith('.zip')) rmSync(join(this.#folder, name));
  }

  /** Begins an export; `getLatest` tells how far it is. */
  async request(includeStorage: boolean): Promise<void> {
    const { value: id } = await this.#deps.committer.write((tx) =>
      tx
        .db('')
        .insert(EXPORTS, { state: 'requested', start_ts: valueToJson(tx.commitTs), includeStorage }, system),
    );
    this.#running = this.#running.then(() => this.#run(id, includeStorage));
  }

  /** The file of the export that started at `ts`; throws HttpError 404. */
  path(ts: string): string {
    if (/^\d{1,20}$/.test(ts) && this.#kept().includes(`${ts}.zip`)) return join(this.#folder, `${ts}.zip`);
    throw new HttpError(404, 'ExportNotFound', 'There is no such export, or no longer.');
  }

  /** Resolves when nothing is being exported. */
  idle(): Promise<void> {
    return this.#running;
  }

  async #run(id: string, includeStorage: boolean): Promise<void> {
    const { committer, reportError } = this.#deps;
    let part = '';
    try {
      await mkdir(this.#folder, { recursive: true });
      const { value: ts } = await committer.write((tx) => tx.commitTs);
      part = join(this.#folder, `${ts}.part`);
      const copy = join(this.#folder, `${ts}.copy`);
      const tables = this.#copyDocuments(copy);
      const held = includeStorage ? this.#holdBlobs(tables) : [];
      const zip = await ZipWriter.create(part);
      const documents = new DatabaseSync(copy, { readOnly: true });
      try {
        await this.#patch(id, { state: 'in_progress', start_ts: valueToJson(ts) });
        await this.#write(zip, documents, tables, includeStorage);
        await zip.finish();
      } finally {
        documents.close();
        await zip.abandon();
        for (const release of held) release();
        await rm(copy, { force: true });
      }
      const before = this.#kept().filter((name) => name.endsWith('.zip'));
      await rename(part, join(this.#folder, `${ts}.zip`));
      for (const name of before) await rm(join(this.#folder, name), { force: true });
      const { value: complete } = await committer.write((tx) => tx.commitTs);
      await this.#patch(id, {
        state: 'completed',
        complete_ts: valueToJson(complete),
        zip_object_key: `${ts}.zip`,
      });
    } catch (error) {
      reportError(error);
      if (part !== '') await rm(part, { force: true });
      await this.#patch(id, { state: 'failed' }).catch(reportError);
    }
  }

  /** At one instant: nothing is written between the list of tables and the copy of their documents. */
  #copyDocuments(path: string): TableInfo[] {
    const { store } = this.#deps.committer;
    const [pages, pageBytes] = [store.db.get('PRAGMA page_count'), store.db.get('PRAGMA page_size')];
    this.#deps.files.blobs.requireRoom(Number(pages![0]) * Number(pageBytes![0]));
    store.db.raw.prepare('ATTACH ? AS snapshot').run(path);
    try {
      store.db.exec('PRAGMA snapshot.journal_mode=OFF');
      store.db.exec('PRAGMA snapshot.synchronous=OFF');
      store.db.exec(
        'CREATE TABLE snapshot.documents AS SELECT table_id, json FROM main.documents ORDER BY table_id, rowid',
      );
      store.db.exec('CREATE INDEX snapshot.by_table ON documents (table_id)');
    } finally {
      store.db.exec('DETACH snapshot');
    }
    return store.registry.tables();
  }

  #holdBlobs(tables: readonly TableInfo[]): (() => void)[] {
    const { committer, files } = this.#deps;
    return tables
      .filter(({ name }) => name === BLOBS)
      .flatMap(({ component }) =>
        committer.read((tx) => blobsOf(tx, component)).map(({ blob }) => files.hold(blob, component)),
      );
  }

  async #write(
    zip: ZipWriter,
    documents: DatabaseSync,
    tables: readonly TableInfo[],
    includeStorage: boolean,
  ): Promise<void> {
    await zip.add('README.md', [Buffer.from(README)]);
    const components = [...new Set(tables.map(({ component }) => component))].sort();
    for (const component of components) {
      const own = tables.filter((table) => table.component === component);
      const users = own
        .filter(({ system: isSystem }) => !isSystem)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      if (users.length === 0 && !own.some(({ name }) => name === STORAGE)) continue;
      const prefix = component
        .split('/')
        .flatMap((name) => (name === '' ? [] : [`_components/${name}/`]))
        .join('');
      const numbers = users.map(({ name, number }) => `{"name":${JSON.stringify(name)},"id":${number}}\n`);
      await zip.add(`${prefix}_tables/documents.jsonl`, [Buffer.from(numbers.join(''))]);
      const storage = own.find(({ name }) => name === STORAGE);
      const blobs = own.find(({ name }) => name === BLOBS);
      if (includeStorage && storage && blobs) await this.#writeFiles(zip, documents, prefix, storage, blobs);
      for (const table of users) {
        await zip.add(
          `${prefix}${table.name}/documents.jsonl`,
          joined(mapped(rowsOf(documents, table), toExportText)),
        );
        await zip.add(`${prefix}${table.name}/generated_schema.jsonl`, [Buffer.from('"uniform"\n')]);
      }
    }
  }

  async #writeFiles(
    zip: ZipWriter,
    documents: DatabaseSync,
    prefix: string,
    storage: TableInfo,
    blobs: TableInfo,
  ): Promise<void> {
    const names = new Map<string, string>();
    for await (const json of rowsOf(documents, blobs)) {
      const { file, blob } = JSON.parse(json) as { file: string; blob: string };
      names.set(file, blob);
    }
    const described = mapped(rowsOf(documents, storage), (json) => {
      const { _creationTime, _id, contentType, sha256, size } = JSON.parse(json) as Record<string, JsonValue>;
      const fields = { _creationTime, _id, contentType, internalId: names.get(_id as string), sha256, size };
      return toExportText(JSON.stringify(fields));
    });
    await zip.add(`${prefix}_storage/documents.jsonl`, joined(described));
    for await (const json of rowsOf(documents, storage)) {
      const { _id, contentType } = JSON.parse(json) as { _id: string; contentType?: string };
      const file = await this.#deps.files.blobs.open(names.get(_id)!);
      const method = PACKED_TYPE.test(contentType ?? '') ? 'stored' : 'deflated';
      await zip.add(`${prefix}_storage/${_id}`, file.createReadStream() as AsyncIterable<Buffer>, method);
    }
  }

  async #patch(id: string, fields: JsonObject): Promise<void> {
    await this.#deps.committer.write((tx) => void tx.db('').patch(id, fields, system));
  }

  #kept(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      return [];
    }
  }
}

function listExports(tx: Transaction): JsonObject[] {
  const source = { type: 'FullTableScan', tableName: EXPORTS, order: 'asc' };
  return tx.db('').collect({ source, operators: [] });
}

/** Null when none was ever requested. */
export function latestExport(tx: Transaction): JsonValue {
  return listExports(tx).pop() ?? null;
}

function blobsOf(tx: Transaction, component: string): { blob: string }[] {
  const source = { type: 'FullTableScan', tableName: BLOBS, order: 'asc' };
  return tx.uncounted(() => tx.db(component).collect({ source, operators: [] })) as unknown as {
    blob: string;
  }[];
}

/** The documents of a table in the order they were written, letting others run now and then. */
async function* rowsOf(documents: DatabaseSync, table: TableInfo): AsyncGenerator<string> {
  const statement = documents.prepare(
    'SELECT rowid AS at, json FROM documents WHERE table_id = ? AND rowid > ? ORDER BY rowid LIMIT ?',
  );
  let after = 0;
  for (;;) {
    const rows = statement.all(table.tableId, after, ROWS) as unknown as { at: number; json: string }[];
    for (const { json } of rows) yield json;
    if (rows.length < ROWS) return;
    after = rows.at(-1)!.at;
    await new Promise((next) => setImmediate(next));
  }
}

async function* mapped(rows: AsyncIterable<string>, map: (json: string) => string): AsyncGenerator<string> {
  for await (const json of rows) yield map(json);
}

/** Lines as bytes, many to a piece. */
async function* joined(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < PART_CHARS) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
