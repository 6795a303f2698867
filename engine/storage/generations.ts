/**
 * What was pushed: one JSON description per generation of the code, and by hash what generations share: modules, and what
 * component definitions declare.
 */
import { checksumOf } from './checksum.ts';
import type { Database, Row } from './database.ts';
import { CorruptionError } from './errors.ts';

export interface GenerationRecord {
  id: number;
  createdMs: number;
  active: boolean;
  json: string;
}

export interface ModuleRecord {
  sha256: string;
  /** Separates what the same source becomes in different environments. */
  kind: string;
  source: string;
  sourceMap: string | null;
  code: string | null;
}

export class Generations {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Stores a generation that is not active yet; its id. */
  save(json: string): number {
    const createdMs = Math.floor(this.#now());
    const { lastInsertRowid } = this.#db.run(
      'INSERT INTO generations (created_ms, active, json) VALUES (?, 0, ?)',
      createdMs,
      json,
    );
    const id = Number(lastInsertRowid);
    this.#put({ id, createdMs, active: false, json });
    return id;
  }

  activate(id: number): void {
    for (const generation of this.list()) {
      const active = generation.id === id;
      if (active !== generation.active) this.#put({ ...generation, active });
    }
  }

  get(id: number): GenerationRecord | null {
    const row = this.#db.get('SELECT id, created_ms, active, json, crc FROM generations WHERE id = ?', id);
    return row === undefined ? null : record(row);
  }

  /** Looks at every one: a mark that was lost would otherwise pass for "nothing deployed". */
  loadActive(): GenerationRecord | null {
    return this.list().find(({ active }) => active) ?? null;
  }

  /** Every generation that is kept, oldest first. */
  list(): GenerationRecord[] {
    return this.#db
      .all('SELECT id, created_ms, active, json, crc FROM generations ORDER BY id')
      .map((row) => record(row));
  }

  /** Reads everything; throws CorruptionError at the first row that is not what was written. */
  check(): void {
    this.list();
    for (const [sha256, kind] of this.#db.all('SELECT sha256, kind FROM modules'))
      this.getModule(sha256 as string, kind as string);
  }

  #put({ id, createdMs, active, json }: GenerationRecord): void {
    const mark = active ? 1 : 0;
    this.#db.run(
      'UPDATE generations SET active = ?, crc = ? WHERE id = ?',
      mark,
      checksumOf(id, createdMs, mark, json),
      id,
    );
  }

  /** Forgets generations that are neither active nor younger than `keepFrom`. */
  prune(keepFrom: number): void {
    this.#db.run('DELETE FROM generations WHERE active = 0 AND id < ?', keepFrom);
  }

  putModule(module: ModuleRecord): void {
    this.#db.run(
      'INSERT OR REPLACE INTO modules (sha256, kind, source, source_map, code, crc) VALUES (?, ?, ?, ?, ?, ?)',
      module.sha256,
      module.kind,
      module.source,
      module.sourceMap,
      module.code,
      moduleChecksum(module),
    );
  }

  getModule(sha256: string, kind: string): ModuleRecord | null {
    const row = this.#db.get(
      'SELECT source, source_map, code, crc FROM modules WHERE sha256 = ? AND kind = ?',
      sha256,
      kind,
    );
    if (row === undefined) return null;
    const [source, sourceMap, code, crc] = row as [string, string | null, string | null, number | null];
    const module = { sha256, kind, source, sourceMap, code };
    if (crc !== null && crc !== moduleChecksum(module)) throw new CorruptionError('a deployed module');
    return module;
  }

  hasModule(sha256: string, kind: string): boolean {
    return this.#db.get('SELECT 1 FROM modules WHERE sha256 = ? AND kind = ?', sha256, kind) !== undefined;
  }

  /** Forgets modules whose hash is not in `used`. */
  pruneModules(used: ReadonlySet<string>): void {
    for (const [sha256] of this.#db.all('SELECT DISTINCT sha256 FROM modules')) {
      if (!used.has(sha256 as string)) this.#db.run('DELETE FROM modules WHERE sha256 = ?', sha256!);
    }
  }
}

function record(row: Row): GenerationRecord {
  const [id, createdMs, active, json, crc] = row as [number, number, number, string, number | null];
  if (crc !== null && crc !== checksumOf(id, createdMs, active, json))
    throw new CorruptionError('the record of a deployment');
  return { id, createdMs, active: active === 1, json };
}

function moduleChecksum({ sha256, kind, source, sourceMap, code }: ModuleRecord): number {
  return checksumOf(sha256, kind, source, sourceMap, code);
}
