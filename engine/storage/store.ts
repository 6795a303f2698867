/**
 * The data folder opened: documents, registries of tables and indexes, timestamps, and the small tables of other rooms.
 *
 * Everything here writes inside the transaction that is open; nothing in memory (registry, cache, timestamps) changes
 * until the committer says that COMMIT has succeeded. Timestamps are nanoseconds, strictly increasing over restarts and
 * never behind the wall clock; a high-water mark is reserved ahead, so that a crash cannot make one come twice.
 */
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { JsonObject } from '../values/value.ts';
import { Database, openError } from './database.ts';
import { DocumentCache } from './documentCache.ts';
import { Documents } from './documents.ts';
import { CorruptionError, OpenError } from './errors.ts';
import { Generations } from './generations.ts';
import { installationKey } from './installationKey.ts';
import { LAYOUT, LAYOUT_VERSION, UPGRADES } from './layout.ts';
import { Registry, indexInfo, type IndexInfo, type IndexSpec, type TableInfo } from './registry.ts';
import { SearchRows } from './searchRows.ts';
import { SessionRequests } from './sessionRequests.ts';

export interface StoreOptions {
  /** Wall clock in milliseconds; injected by tests. */
  now?: () => number;
  /** Bound of the document cache in characters of JSON. */
  cacheChars?: number;
}

type MetaValue = string | number | Uint8Array;

const RESERVE_NS = 1_000_000_000n;
/** A transaction may hand out creation times this far ahead of its timestamp. */
const RESERVE_MARGIN_NS = 100_000_000n;
const FIRST_USER_TABLE = 10_001;

/** Opens (and creates) the data folder; throws OpenError with one sentence when that cannot be. */
export function openStore(dataDir: string, options: StoreOptions = {}): Store {
  const db = new Database(dataDir);
  try {
    return new Store(db, installationKey(dataDir), options);
  } catch (error) {
    db.close();
    throw openError(dataDir, error);
  }
}

export class Store {
  readonly db: Database;
  readonly documents: Documents;
  readonly cache: DocumentCache;
  readonly searchRows: SearchRows;
  readonly sessionRequests: SessionRequests;
  readonly generations: Generations;
  /** For sealing what must not be read from the disk. */
  readonly installationKey: Buffer;
  readonly now: () => number;
  /** What is committed. A running transaction has its own. */
  registry: Registry;
  #lastTs: bigint;
  #lastCreationMs = 0;
  #reservedTs: bigint;
  /** Written in the open transaction, valid from its COMMIT on. */
  #pendingTs: bigint | null = null;

  constructor(db: Database, key: Buffer, options: StoreOptions) {
    this.db = db;
    this.installationKey = key;
    this.now = options.now ?? Date.now;
    this.#createLayout();
    this.cache = new DocumentCache(options.cacheChars ?? 64 * 1024 * 1024);
    this.documents = new Documents(db, this.cache);
    this.searchRows = new SearchRows(db);
    this.sessionRequests = new SessionRequests(db, this.now);
    this.generations = new Generations(db, this.now);
    this.registry = this.#loadRegistry();
    this.#lastTs = BigInt((this.getMeta('last_ts') as string | null) ?? '0');
    this.#reservedTs = this.#lastTs;
  }

  getMeta(key: string): MetaValue | null {
    const row = this.db.get('SELECT value, crc FROM meta WHERE key = ?', key);
    if (row === undefined) return null;
    const [value, crc] = row as [MetaValue, number];
    if (crc !== metaChecksum(key, value)) throw new CorruptionError(`meta value ${key}`);
    return value;
  }

  setMeta(key: string, value: MetaValue | null): void {
    this.db.within(() => {
      if (value === null) this.db.run('DELETE FROM meta WHERE key = ?', key);
      else
        this.db.run(
          'INSERT OR REPLACE INTO meta (key, value, crc) VALUES (?, ?, ?)',
          key,
          value,
          metaChecksum(key, value),
        );
    });
  }

  /** Reads what no document scan sees; throws CorruptionError at the first row that is not what was written. */
  check(): void {
    for (const [key] of this.db.all('SELECT key FROM meta')) this.getMeta(key as string);
    this.sessionRequests.check();
    this.generations.check();
  }

  /** The bytes kept under `key`, made at random the first time. */
  secret(key: string, length = 32): Buffer {
    const kept = this.getMeta(key);
    if (kept instanceof Uint8Array) return Buffer.from(kept);
    const fresh = randomBytes(length);
    this.setMeta(key, fresh);
    return fresh;
  }

  /** A timestamp above every one ever given out. Inside a transaction it must be taken outside any savepoint. */
  nextTimestamp(): bigint {
    const now = BigInt(Math.floor(this.now())) * 1_000_000n;
    this.#lastTs = now > this.#lastTs ? now : this.#lastTs + 1n;
    const reserved = this.#pendingTs ?? this.#reservedTs;
    if (this.#lastTs + RESERVE_MARGIN_NS > reserved) this.#reserve();
    return this.#lastTs;
  }

  /** The newest timestamp given out. */
  get timestamp(): bigint {
    return this.#lastTs;
  }

  /** Makes every later timestamp greater than `ts`. */
  advanceTo(ts: bigint): void {
    if (ts > this.#lastTs) this.#lastTs = ts;
  }

  #reserve(): void {
    const until = this.#lastTs + RESERVE_NS;
    this.setMeta('last_ts', String(until));
    if (this.db.isTransaction) this.#pendingTs = until;
    else this.#reservedTs = until;
  }

  /** Milliseconds with a fraction, at or behind `ms` and greater than any answer before. */
  nextCreationMs(ms: number): number {
    this.#lastCreationMs = ms > this.#lastCreationMs ? ms : nextDouble(this.#lastCreationMs);
    return this.#lastCreationMs;
  }

  /** COMMIT has succeeded. */
  committed(registry: Registry): void {
    this.registry = registry;
    if (this.#pendingTs !== null) this.#reservedTs = this.#pendingTs;
    this.#pendingTs = null;
  }

  /** The open transaction is gone. */
  rolledBack(): void {
    this.#pendingTs = null;
    this.sessionRequests.rolledBack();
  }

  /** Creates a table; the answer is the registry that knows it. `number` fixes a system table's or an import's number. */
  createTable(
    registry: Registry,
    component: string,
    name: string,
    options: { system?: boolean; number?: number; indexes?: IndexSpec[] } = {},
  ): { registry: Registry; table: TableInfo } {
    const system = options.system ?? false;
    const number = options.number ?? this.#nextTableNumber(registry, component);
    const byId = this.#nextId('next_index_id');
    const byCreationTime = this.#nextId('next_index_id');
    const { lastInsertRowid } = this.db.run(
      'INSERT INTO tables (component, name, number, system, by_id, by_creation_time) VALUES (?, ?, ?, ?, ?, ?)',
      component,
      name,
      number,
      system ? 1 : 0,
      byId,
      byCreationTime,
    );
    const tableId = Number(lastInsertRowid);
    const indexes = (options.indexes ?? []).map((spec) => this.createIndex(tableId, spec));
    const table: TableInfo = { tableId, component, name, number, system, byId, byCreationTime, indexes };
    return { registry: registry.withTable(table), table };
  }

  /** Registers an index; entries are the caller's to write. */
  createIndex(tableId: number, spec: IndexSpec): IndexInfo {
    const indexId = this.#nextId('next_index_id');
    this.db.run(
      'INSERT INTO indexes (index_id, table_id, spec) VALUES (?, ?, ?)',
      indexId,
      tableId,
      JSON.stringify(spec),
    );
    if (spec.kind === 'search') this.searchRows.create(indexId);
    return indexInfo(indexId, spec);
  }

  setIndexState(index: IndexInfo, state: IndexInfo['state']): IndexInfo {
    const { name, kind, fields, field, dimensions } = index;
    const spec: IndexSpec = { name, kind, fields: [...fields], field, dimensions, state };
    this.db.run('UPDATE indexes SET spec = ? WHERE index_id = ?', JSON.stringify(spec), index.indexId);
    return { ...index, state };
  }

  dropIndex(index: IndexInfo): void {
    this.db.run('DELETE FROM indexes WHERE index_id = ?', index.indexId);
    if (index.kind === 'search') this.searchRows.drop(index.indexId);
  }

  /** Forgets a table whose documents and indexes are gone already. */
  dropTable(registry: Registry, tableId: number): Registry {
    this.db.run('DELETE FROM tables WHERE table_id = ?', tableId);
    return registry.withoutTable(tableId);
  }

  saveSchema(registry: Registry, component: string, schema: JsonObject | null): Registry {
    if (schema === null) this.db.run('DELETE FROM schemas WHERE component = ?', component);
    else
      this.db.run(
        'INSERT OR REPLACE INTO schemas (component, json) VALUES (?, ?)',
        component,
        JSON.stringify(schema),
      );
    return registry.withSchema(component, schema);
  }

  /** Makes the registry's rows provable; part of every transaction that changes them. */
  sealRegistry(): void {
    this.setMeta('registry_crc', this.#registryChecksum());
  }

  #registryChecksum(): number {
    const rows = [
      ...this.db.all('SELECT * FROM tables ORDER BY table_id'),
      ...this.db.all('SELECT * FROM indexes ORDER BY index_id'),
      ...this.db.all('SELECT * FROM schemas ORDER BY component'),
    ];
    return crc32(JSON.stringify(rows));
  }

  close(): void {
    if (!this.db.raw.isOpen) return;
    this.db.rollback();
    try {
      if (this.#reservedTs > 0n) this.setMeta('last_ts', String(this.#lastTs));
    } catch {
      // The disk may be full or gone. The reservation stands, which only costs a second of timestamps.
    }
    this.db.close();
  }

  #createLayout(): void {
    const version = this.db.get('PRAGMA user_version')![0] as number;
    if (version > LAYOUT_VERSION) {
      throw new OpenError(
        'NEWER',
        'The data folder was written by a newer engine: start that version, or restore a backup of this one.',
      );
    }
    if (version === LAYOUT_VERSION) {
      if (this.getMeta('layout_crc') !== this.#layoutChecksum()) throw new CorruptionError('layout');
      return;
    }
    this.db.begin();
    for (let from = version; from > 0 && from < LAYOUT_VERSION; from++) this.db.exec(UPGRADES[from]!);
    this.db.exec(LAYOUT);
    this.setMeta('layout_crc', this.#layoutChecksum());
    this.db.exec(`PRAGMA user_version=${LAYOUT_VERSION}`);
    this.db.commit();
  }

  /** Of the fixed tables; those of search indexes come and go. */
  #layoutChecksum(): number {
    const rows = this.db.all(
      "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema WHERE name NOT LIKE 'search!_%' ESCAPE '!' AND tbl_name NOT LIKE 'search!_%' ESCAPE '!'",
    );
    return crc32(JSON.stringify(rows));
  }

  #loadRegistry(): Registry {
    const seal = this.getMeta('registry_crc');
    if (seal !== null && seal !== this.#registryChecksum()) throw new CorruptionError('tables and indexes');
    const indexes = new Map<number, IndexInfo[]>();
    for (const [indexId, tableId, spec] of this.db.all(
      'SELECT index_id, table_id, spec FROM indexes ORDER BY index_id',
    )) {
      const list = indexes.get(tableId as number) ?? [];
      list.push(indexInfo(indexId as number, JSON.parse(spec as string) as IndexSpec));
      indexes.set(tableId as number, list);
    }
    const tables = this.db
      .all('SELECT table_id, component, name, number, system, by_id, by_creation_time FROM tables')
      .map((row): TableInfo => {
        const [tableId, component, name, number, system, byId, byCreationTime] = row as [
          number,
          string,
          string,
          number,
          number,
          number,
          number,
        ];
        return {
          tableId,
          component,
          name,
          number,
          system: system === 1,
          byId,
          byCreationTime,
          indexes: indexes.get(tableId) ?? [],
        };
      });
    const schemas = this.db
      .all('SELECT component, json FROM schemas')
      .map(([component, json]) => [component as string, JSON.parse(json as string) as JsonObject] as const);
    return new Registry(tables, new Map(schemas));
  }

  #nextTableNumber(registry: Registry, component: string): number {
    // Numbers of dropped tables are not given again while a newer table lives; ids of dropped documents cannot come back.
    const key = `next_table_number:${component}`;
    const next = Math.max(FIRST_USER_TABLE, Number(this.getMeta(key) ?? 0));
    const taken = registry.tables(component).reduce((max, table) => Math.max(max, table.number + 1), next);
    this.setMeta(key, taken + 1);
    return taken;
  }

  #nextId(key: string): number {
    const next = Number(this.getMeta(key) ?? 1);
    this.setMeta(key, next + 1);
    return next;
  }
}

function metaChecksum(key: string, value: MetaValue): number {
  return crc32(value instanceof Uint8Array ? value : `${typeof value}:${value}`, crc32(key));
}

const float = new Float64Array(1);
const bits = new BigUint64Array(float.buffer);

/** The next representable number above a positive one. */
function nextDouble(value: number): number {
  float[0] = value;
  bits[0]!++;
  return float[0];
}
