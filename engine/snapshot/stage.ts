/**
 * First half of an import: the uploaded file read, checked and spread out on disk as lines of Convex JSON, one file a
 * table, and blobs in their folder. Nothing of it is visible yet; a mistake in the last line costs nothing.
 *
 * In a ZIP, `<table>/documents.jsonl` is exact where `generated_schema.jsonl` says "uniform", as current exports do.
 * Ids of `_storage` documents embed the table number they have elsewhere; here it may be another, so they are
 * translated wherever a document holds one.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '../files/files.ts';
import { isUuid } from '../files/blobs.ts';
import { DeveloperError, HttpError } from '../values/errors.ts';
import { decodeId, encodeId, tableNumberOfId } from '../values/id.ts';
import { jsonToValue } from '../values/json.ts';
import { isIdentifier } from '../values/limits.ts';
import { isObject, type JsonObject, type JsonValue } from '../values/value.ts';
import { fromExportText } from './exportJson.ts';
import { csvRows, linesOf, textOf } from './lines.ts';
import { openZip, type ZipEntry } from './zipReader.ts';

export type ImportFormat = 'jsonLines' | 'jsonArray' | 'csv' | 'zip';
export type ImportMode = 'requireEmpty' | 'append' | 'replace' | 'replaceAll';

export interface ImportRequest {
  format: ImportFormat;
  mode: ImportMode;
  /** Absent for a ZIP. */
  tableName: string | null;
  component: string;
}

export interface StagedTable {
  component: string;
  name: string;
  /** What the ids of its documents embed; null when they have none. */
  number: number | null;
  /** A line of Convex JSON for each document. */
  path: string;
  rows: number;
}

interface StagedBlob {
  uuid: string;
  size: number;
  sha256: Buffer;
}

export interface Staged {
  tables: StagedTable[];
  /** By `component|id` of the `_storage` document. */
  blobs: Map<string, StagedBlob>;
  /** Ends the protection of the blobs: they stay if documents name them by then. */
  release(): void;
}

const MAX_ARRAY_BYTES = 64 * 1024 * 1024;
const STORAGE_NUMBER = 201;
const COMPONENTS = /_components\/([^/]+)\//g;
const ID_TOKEN = /"([0-9a-hjkmnp-tv-z]{31,37})"/g;

export async function stageImport(
  request: ImportRequest,
  upload: string,
  folder: string,
  files: Files,
): Promise<Staged> {
  const stage = new Stage(request, folder, files);
  try {
    if (request.format === 'zip') {
      const zip = await openZip(upload);
      await stage.zip(zip.entries).finally(() => zip.close());
    } else await stage.table(request.component, request.tableName!, documentsOf(request.format, upload));
    return stage;
  } catch (error) {
    stage.release();
    throw error;
  }
}

/** The documents of a file of one table, as texts of Convex JSON. */
async function* documentsOf(format: ImportFormat, upload: string): AsyncGenerator<string> {
  const chunks = createReadStream(upload) as AsyncIterable<Buffer>;
  if (format === 'jsonLines') {
    yield* linesOf(chunks);
    return;
  }
  if (format === 'csv') {
    yield* csvDocuments(upload);
    return;
  }
  let text = '';
  for await (const piece of textOf(chunks)) {
    text += piece;
    if (text.length > MAX_ARRAY_BYTES)
      throw new HttpError(400, 'JsonArrayTooLarge', 'The JSON array is larger than 64 MiB: use jsonLines.');
  }
  const items = parse(text, 'The file');
  if (!Array.isArray(items)) throw new HttpError(400, 'NotJsonArray', 'The file is not a JSON array.');
  for (const item of items) yield JSON.stringify(item);
}

async function* csvDocuments(upload: string): AsyncGenerator<string> {
  let names: string[] | null = null;
  let line = 0;
  for await (const row of csvRows(textOf(createReadStream(upload) as AsyncIterable<Buffer>))) {
    line++;
    if (names === null) {
      names = row.map((name) => name.trim());
      continue;
    }
    if (row.length !== names.length)
      throw new HttpError(
        400,
        'CsvRowMissingFields',
        `Row ${line} has ${row.length} cells, not ${names.length}.`,
      );
    yield JSON.stringify(Object.fromEntries(names.map((name, i) => [name, cell(row[i]!)])));
  }
}

/** Cells that read as numbers are numbers. */
function cell(text: string): JsonValue {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text))
    ? Number(text)
    : text;
}

class Stage implements Staged {
  readonly tables: StagedTable[] = [];
  readonly blobs = new Map<string, StagedBlob>();
  readonly #request: ImportRequest;
  readonly #folder: string;
  readonly #files: Files;
  readonly #holds: (() => void)[] = [];
  readonly #translated = new Map<string, string>();

  constructor(request: ImportRequest, folder: string, files: Files) {
    this.#request = request;
    this.#folder = folder;
    this.#files = files;
  }

  release(): void {
    for (const release of this.#holds.splice(0)) release();
  }

  async zip(entries: ZipEntry[]): Promise<void> {
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    const tables = entries.flatMap((entry) => {
      const found = /^(.*\/)?([^/]+)\/documents\.jsonl$/.exec(entry.name);
      return found === null ? [] : [{ entry, prefix: found[1] ?? '', name: found[2]! }];
    });
    const numbers = new Map<string, number>();
    for (const { entry, prefix } of tables.filter(({ name }) => name === '_tables')) {
      for await (const line of linesOf(entry.read())) {
        const { name, id } = parse(line, entry.name) as { name: string; id: number };
        numbers.set(`${prefix}${name}`, Number(id));
      }
    }
    // Files first: they tell which ids are to be translated.
    for (const { entry, prefix } of tables.filter(({ name }) => name === '_storage'))
      await this.#storage(entry, prefix, entries);
    for (const { entry, prefix, name } of tables) {
      // Other system tables are the engine's own business.
      if (name.startsWith('_')) continue;
      const isExact = await this.#isUniform(byName.get(`${prefix}${name}/generated_schema.jsonl`));
      const lines = linesOf(entry.read());
      await this.table(this.#component(prefix), name, lines, {
        isExact,
        number: numbers.get(`${prefix}${name}`) ?? null,
      });
    }
  }

  async table(
    component: string,
    name: string,
    documents: AsyncIterable<string>,
    { isExact = false, number = null }: { isExact?: boolean; number?: number | null } = {},
  ): Promise<void> {
    if (!isIdentifier(name) || name.startsWith('_'))
      throw new HttpError(400, 'InvalidTableName', `"${name}" cannot name a table.`);
    const table: StagedTable = { component, name, number, path: this.#newPath(), rows: 0 };
    this.tables.push(table);
    await this.#write(
      table,
      async function* (this: Stage) {
        for await (const text of documents) {
          const where = `${name}, document ${table.rows + 1}`;
          const json = this.#translate(isExact ? fromExportText(text) : text);
          const document = objectOf(json, where);
          const id = typeof document._id === 'string' ? tableNumberOfId(document._id) : null;
          if (document._id !== undefined && id === null)
            throw new HttpError(400, 'InvalidId', `In ${where}: the _id is not one.`);
          if (id !== null && id !== (table.number ??= id)) {
            throw new HttpError(
              400,
              'InvalidId',
              `In ${where}: the _id belongs to table number ${id}, others to ${table.number}.`,
            );
          }
          yield JSON.stringify(document);
        }
      }.call(this),
    );
  }

  async #storage(entry: ZipEntry, prefix: string, entries: ZipEntry[]): Promise<void> {
    const component = this.#component(prefix);
    const contents = new Map(
      entries.flatMap((one) => {
        if (!one.name.startsWith(`${prefix}_storage/`) || one === entry) return [];
        return [[one.name.slice(prefix.length + '_storage/'.length).split('.')[0]!, one] as const];
      }),
    );
    const table: StagedTable = {
      component,
      name: '_storage',
      number: STORAGE_NUMBER,
      path: this.#newPath(),
      rows: 0,
    };
    this.tables.push(table);
    await this.#write(
      table,
      async function* (this: Stage) {
        for await (const line of linesOf(entry.read())) {
          const document = parse(line, entry.name) as JsonObject;
          const old = String(document._id);
          const content = contents.get(old);
          if (content === undefined)
            throw new HttpError(
              400,
              'MissingFile',
              `The ZIP file lists the stored file ${old} but does not hold it.`,
            );
          const id = encodeId(STORAGE_NUMBER, decodeId(old).internalId);
          if (id !== old) this.#translated.set(old, id);
          const blob = await this.#blob(component, document, content);
          this.blobs.set(`${component}|${id}`, blob);
          const fields: JsonObject = { sha256: blob.sha256.toString('base64'), size: blob.size };
          if (typeof document.contentType === 'string') fields.contentType = document.contentType;
          yield JSON.stringify({ ...fields, _id: id, _creationTime: document._creationTime! });
        }
      }.call(this),
    );
  }

  /** Keeps the address a file had, where that is free; the very file that has it already is taken as it is. */
  async #blob(component: string, document: JsonObject, content: ZipEntry): Promise<StagedBlob> {
    const wanted = String(document.internalId ?? '').toLowerCase();
    const expected = typeof document.sha256 === 'string' ? digestOf(document.sha256) : null;
    const known = isUuid(wanted) ? this.#files.byUuid(component, wanted) : null;
    if (known !== null && expected !== null && known.sha256 === expected) {
      this.#holds.push(this.#files.hold(wanted, component));
      return { uuid: wanted, size: known.size, sha256: Buffer.from(known.sha256, 'base64') };
    }
    const uuid = isUuid(wanted) && !this.#files.isNamed(wanted) ? wanted : randomUUID();
    this.#holds.push(this.#files.hold(uuid, component));
    const blob = await this.#files.blobs.write(uuid, content.read(), content.size);
    if (expected !== null && blob.sha256.toString('base64') !== expected)
      throw new HttpError(
        400,
        'Sha256Mismatch',
        `The stored file ${String(document._id)} is damaged in the ZIP file.`,
      );
    return blob;
  }

  async #isUniform(entry: ZipEntry | undefined): Promise<boolean> {
    if (entry === undefined) return false;
    for await (const line of linesOf(entry.read())) {
      if (line.trim() === '"uniform"') return true;
      if (!/int64|bytes|nan|inf/i.test(line)) return false;
      break;
    }
    throw new HttpError(
      400,
      'OldSnapshot',
      `${entry.name} is of an older Convex, and its int64, bytes or special numbers cannot be told from text: export again with a current one.`,
    );
  }

  #component(prefix: string): string {
    const names = Array.from(prefix.matchAll(COMPONENTS), ([, name]) => name!);
    return [this.#request.component, ...names].filter((name) => name !== '').join('/');
  }

  #translate(json: string): string {
    if (this.#translated.size === 0) return json;
    return json.replace(ID_TOKEN, (token, id: string) => {
      const translated = this.#translated.get(id);
      return translated === undefined ? token : `"${translated}"`;
    });
  }

  #newPath(): string {
    return join(this.#folder, `table-${this.tables.length}.jsonl`);
  }

  async #write(table: StagedTable, lines: AsyncIterable<string>): Promise<void> {
    const out = createWriteStream(table.path, { mode: 0o600 });
    const failed = once(out, 'error').then(([error]) => Promise.reject(error as Error));
    failed.catch(() => {});
    for await (const line of lines) {
      table.rows++;
      if (!out.write(`${line}\n`)) await Promise.race([once(out, 'drain'), failed]);
    }
    const closed = once(out, 'close');
    out.end();
    await Promise.race([closed, failed]);
  }
}

/** Base64, whichever of the two notations it comes in. */
function digestOf(text: string): string {
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex').toString('base64') : text;
}

function parse(text: string, where: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new HttpError(400, 'InvalidJson', `In ${where}: this is not JSON.`);
  }
}

function objectOf(text: string, where: string): JsonObject {
  const json = parse(text, where);
  try {
    if (isObject(jsonToValue(json))) return json as JsonObject;
  } catch (error) {
    if (!(error instanceof DeveloperError)) throw error;
    throw new HttpError(400, 'InvalidDocument', `In ${where}: ${error.message}`);
  }
  throw new HttpError(400, 'InvalidDocument', `In ${where}: a document must be an object.`);
}
