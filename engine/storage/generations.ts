// What was pushed: one JSON description per generation of the code, and the modules by the hash of their source.

import type { Database } from './database.ts';

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
  private readonly db: Database;
  private readonly now: () => number;

  constructor(db: Database, now: () => number) {
    this.db = db;
    this.now = now;
  }

  /** Stores a generation that is not active yet; its id. */
  save(json: string): number {
    const { lastInsertRowid } = this.db.run(
      'INSERT INTO generations (created_ms, active, json) VALUES (?, 0, ?)',
      Math.floor(this.now()),
      json,
    );
    return Number(lastInsertRowid);
  }

  activate(id: number): void {
    this.db.run('UPDATE generations SET active = 0 WHERE active = 1');
    this.db.run('UPDATE generations SET active = 1 WHERE id = ?', id);
  }

  get(id: number): GenerationRecord | null {
    return record(this.db.get('SELECT id, created_ms, active, json FROM generations WHERE id = ?', id));
  }

  loadActive(): GenerationRecord | null {
    return record(this.db.get('SELECT id, created_ms, active, json FROM generations WHERE active = 1'));
  }

  /** Every generation that is kept, oldest first. */
  list(): GenerationRecord[] {
    return this.db
      .all('SELECT id, created_ms, active, json FROM generations ORDER BY id')
      .map((row) => record(row)!);
  }

  /** Forgets generations that are neither active nor younger than `keepFrom`. */
  prune(keepFrom: number): void {
    this.db.run('DELETE FROM generations WHERE active = 0 AND id < ?', keepFrom);
  }

  putModule(module: ModuleRecord): void {
    this.db.run(
      'INSERT OR REPLACE INTO modules (sha256, kind, source, source_map, code) VALUES (?, ?, ?, ?, ?)',
      module.sha256,
      module.kind,
      module.source,
      module.sourceMap,
      module.code,
    );
  }

  getModule(sha256: string, kind: string): ModuleRecord | null {
    const row = this.db.get(
      'SELECT source, source_map, code FROM modules WHERE sha256 = ? AND kind = ?',
      sha256,
      kind,
    );
    if (row === undefined) return null;
    const [source, sourceMap, code] = row as [string, string | null, string | null];
    return { sha256, kind, source, sourceMap, code };
  }

  hasModule(sha256: string, kind: string): boolean {
    return this.db.get('SELECT 1 FROM modules WHERE sha256 = ? AND kind = ?', sha256, kind) !== undefined;
  }

  /** Forgets modules whose hash is not in `used`. */
  pruneModules(used: ReadonlySet<string>): void {
    for (const [sha256] of this.db.all('SELECT DISTINCT sha256 FROM modules')) {
      if (!used.has(sha256 as string)) this.db.run('DELETE FROM modules WHERE sha256 = ?', sha256!);
    }
  }
}

function record(row: unknown[] | undefined): GenerationRecord | null {
  if (row === undefined) return null;
  const [id, createdMs, active, json] = row as [number, number, number, string];
  return { id, createdMs, active: active === 1, json };
}
