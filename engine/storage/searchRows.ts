// Full-text rows: one contentless FTS5 table per search index, its rowids those of the documents.
//
// Text arrives as tokens made above (Convex's rules, not FTS5's): with the `ascii` tokenizer every token we hand in comes
// out as it is. Filter values are tokens of a second column that carries no weight, so that a filter narrows the match
// before ranking. FTS5 keeps its tables inside the database: they commit, roll back and survive with the documents.

import type { Database } from './database.ts';

export interface SearchHit {
  rowid: number;
  /** bm25: smaller is better. */
  score: number;
}

export class SearchRows {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  create(indexId: number): void {
    this.db.exec(
      `CREATE VIRTUAL TABLE search_${indexId} USING fts5(terms, filters, content='', contentless_delete=1, tokenize='ascii', prefix='2 3')`,
    );
  }

  drop(indexId: number): void {
    this.db.exec(`DROP TABLE search_${indexId}`);
  }

  put(indexId: number, rowid: number, terms: string, filters: string): void {
    this.db.run(
      `INSERT INTO search_${indexId} (rowid, terms, filters) VALUES (?, ?, ?)`,
      rowid,
      terms,
      filters,
    );
  }

  remove(indexId: number, rowid: number): void {
    this.db.run(`DELETE FROM search_${indexId} WHERE rowid = ?`, rowid);
  }

  /** The best `limit` rows for an FTS5 expression. */
  match(indexId: number, expression: string, limit: number): SearchHit[] {
    return this.db
      .all(
        `SELECT rowid, bm25(search_${indexId}, 1.0, 0.0) AS score FROM search_${indexId} WHERE search_${indexId} MATCH ? ORDER BY score, rowid DESC LIMIT ?`,
        expression,
        limit,
      )
      .map(([rowid, score]) => ({ rowid: rowid as number, score: score as number }));
  }
}
