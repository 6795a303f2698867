/**
 * Full-text rows: one contentless FTS5 table per search index, its rowids those of the documents.
 *
 * Text arrives as tokens made above (Convex's rules, not FTS5's): with the `ascii` tokenizer every token we hand in comes
 * out as it is. Filter values are tokens of a second column that carries no weight, so that a filter narrows the match
 * before ranking. FTS5 keeps its tables inside the database: they commit, roll back and survive with the documents.
 */
import { crc32 } from 'node:zlib';
import type { Database } from './database.ts';

export interface SearchHit {
  rowid: number;
  /** bm25: smaller is better. */
  score: number;
}

/**
 * A sum over what a search index holds of its rows, in whatever order they come: FTS5 keeps no text, so what it has made of
 * the documents can only be compared as a whole. Left out are the averages of all rows ever, by which bm25 weighs.
 */
export class SearchSum {
  #parts = 0;
  #sum = 0;

  add(kind: 'terms' | 'filters' | 'size', rowid: number, at: number, text: string): void {
    this.#parts++;
    this.#sum = (this.#sum + crc32(`${kind} ${rowid} ${at} ${text}`)) % 2 ** 52;
  }

  addRow(rowid: number, terms: string, filters: string): void {
    const columns = [words(terms), words(filters)] as const;
    columns[0].forEach((term, at) => this.add('terms', rowid, at, term));
    columns[1].forEach((filter, at) => this.add('filters', rowid, at, filter));
    columns.forEach(({ length }, at) => this.add('size', rowid, at, String(length)));
  }

  equals(other: SearchSum): boolean {
    return this.#parts === other.#parts && this.#sum === other.#sum;
  }
}

const words = (text: string): string[] => (text === '' ? [] : text.split(' '));

/** FTS5 expressions: of whole words, and of words that only begin with the last one. */
export interface SearchExpression {
  words: string;
  beginning: string;
}

export class SearchRows {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(indexId: number): void {
    this.#db.exec(
      `CREATE VIRTUAL TABLE search_${indexId} USING fts5(terms, filters, content='', contentless_delete=1, tokenize='ascii', prefix='2 3')`,
    );
  }

  drop(indexId: number): void {
    this.#db.exec(`DROP TABLE search_${indexId}`);
  }

  put(indexId: number, rowid: number, terms: string, filters: string): void {
    this.#db.run(
      `INSERT INTO search_${indexId} (rowid, terms, filters) VALUES (?, ?, ?)`,
      rowid,
      terms,
      filters,
    );
  }

  remove(indexId: number, rowid: number): void {
    this.#db.run(`DELETE FROM search_${indexId} WHERE rowid = ?`, rowid);
  }

  /** The best `limit` rows for what is searched. */
  match(indexId: number, { words, beginning }: SearchExpression, limit: number): SearchHit[] {
    const scored = (weight: number): string =>
      `SELECT rowid AS id, ${weight} * bm25(search_${indexId}, 1.0, 0.0) AS score FROM search_${indexId} WHERE search_${indexId} MATCH ?`;
    return this.#db
      .all(
        `SELECT id, sum(score) AS total FROM (${scored(1)} UNION ALL ${scored(0.5)}) GROUP BY id ORDER BY total, id DESC LIMIT ?`,
        words,
        beginning,
        limit,
      )
      .map(([rowid, score]) => ({ rowid: rowid as number, score: score as number }));
  }

  /** Reads the whole index. Outside of any transaction, and of any watchdog: it walks open rows. */
  sumOf(indexId: number): SearchSum {
    const sum = new SearchSum();
    const { raw } = this.#db;
    // One for each index: a walk that broke off may not be able to drop it.
    const all = `temp.words_of_${indexId}`;
    raw.exec(
      `CREATE VIRTUAL TABLE IF NOT EXISTS ${all} USING fts5vocab('main', 'search_${indexId}', 'instance')`,
    );
    try {
      for (const { col, doc, offset, term } of raw.prepare(`SELECT * FROM ${all}`).iterate())
        sum.add(col as 'terms' | 'filters', Number(doc), Number(offset), String(term));
      for (const { id, sz } of raw.prepare(`SELECT id, sz FROM search_${indexId}_docsize`).iterate())
        varints(sz as Uint8Array).forEach((size, at) => sum.add('size', Number(id), at, String(size)));
    } finally {
      raw.exec(`DROP TABLE ${all}`);
    }
    return sum;
  }
}

/** Numbers as SQLite packs them: seven bits a byte, the high ones first, the last byte below 128. */
function varints(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(value);
    value = 0;
  }
  return numbers;
}
