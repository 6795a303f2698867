/**
 * Full-text rows: one contentless FTS5 table per search index, its rowids those of the documents.
 *
 * Text arrives as tokens made above (Convex's rules, not FTS5's): with the `ascii` tokenizer every token we hand in comes
 * out as it is. Filter values are tokens of a second column that carries no weight, so that a filter narrows the match
 * before ranking. FTS5 keeps its tables inside the database: they commit, roll back and survive with the documents.
 *
 * At every savepoint FTS5 writes down what it has so far, a segment of its own, and merges segments as they gather: what a
 * transaction wrote is handed to it at once, at the commit, or when something is searched before that.
 *
 * What a search costs is bounded. FTS5's bm25 counts every row of every word that is searched, filters included, however few
 * match all of it: it is asked only where few rows hold the words. Elsewhere the newest matches of each word are weighed by
 * which words they hold, a rare one counting more: of a word that is in very many, older ones are found by the others.
 *
 * A filter costs by all rows that pass it, so one that leaves nothing out (the team, where there is but one) is the dearest: FTS5
 * is not asked for it while no row was met that it leaves out. Whoever reads the documents says so, and asks again.
 */
import { crc32 } from 'node:zlib';
import type { Database, LateRows } from './database.ts';
import { LIMIT } from './documents.ts';

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

export interface Searched<F extends Filter = Filter> {
  /** Any of them may match, each once. */
  words: string[];
  /** The one of them that also matches by prefix. */
  last: string;
  /** All of these must. */
  filters: F[];
  /** Each is asked for, whether it is known to leave anything out or not: the order does not change from one search to the next. */
  asksAll?: boolean;
}

export interface Filter {
  /** Which of the index's filter fields it is. */
  field: number;
  /** Stands for its value. */
  token: string;
}

/** All filters, and those of them that are known to leave something out. */
interface Narrowing {
  all: Filter[];
  asked: Filter[];
}

/** What holds a word, or begins with it: the newest. */
interface Holding {
  expression: string;
  rows: number[];
  /** There may be older ones. */
  isCut: boolean;
}

interface Weighed {
  /** Of each word. */
  found: Holding[];
  /** Of the last one, whole; and by its beginning, where that was looked for. */
  whole: Holding;
  beginning: Holding | null;
  /** What holds all of them, where all of them are cut. */
  together: number[];
  /** How many rows there are in all. */
  count: number;
}

/** So many matches of each word are weighed: the newest. */
const MAX_WEIGHED = 4_096;
/** Up to so many rows that hold a word, or begin with the last one, they are weighed by bm25. */
const FEW_ROWS = 10_000;

/** What waits to be handed over, in letters: beyond it it is handed over. */
const MAX_WAITING = 1_000_000;

/** A row to put, or, without terms, to remove. */
interface Change {
  indexId: number;
  rowid: number;
  terms: string | null;
  filters: string;
}

interface Mark {
  changes: number;
  written: number;
}

const inTerms = (any: string): string => `terms : (${any})`;
const quoted = (word: string): string => `"${word}"`;

export class SearchRows implements LateRows {
  readonly #db: Database;
  /** Filter fields of each index in which rows are known to differ. */
  readonly #narrowing = new Map<number, Set<number>>();
  /** Of the open transaction, in order; the first `#written` of them have been handed to FTS5. */
  #changes: Change[] = [];
  #written = 0;
  #waiting = 0;

  constructor(db: Database) {
    this.#db = db;
    db.late = this;
  }

  create(indexId: number): void {
    // A number is given again where its index was undone.
    this.#narrowing.delete(indexId);
    this.#db.exec(
      `CREATE VIRTUAL TABLE search_${indexId} USING fts5(terms, filters, content='', contentless_delete=1, tokenize='ascii', prefix='2 3')`,
    );
  }

  drop(indexId: number): void {
    this.write();
    this.#db.exec(`DROP TABLE search_${indexId}`);
  }

  put(indexId: number, rowid: number, terms: string, filters: string): void {
    this.#add({ indexId, rowid, terms, filters });
  }

  remove(indexId: number, rowid: number): void {
    this.#add({ indexId, rowid, terms: null, filters: '' });
  }

  #add(change: Change): void {
    this.#changes.push(change);
    this.#waiting += (change.terms?.length ?? 0) + change.filters.length;
    if (this.#waiting > MAX_WAITING) this.write();
    if (this.#db.isTransaction) return;
    this.write();
    this.clear();
  }

  write(): void {
    for (; this.#written < this.#changes.length; this.#written++) this.#apply(this.#changes[this.#written]!);
    this.#waiting = 0;
  }

  #apply({ indexId, rowid, terms, filters }: Change): void {
    if (terms === null) this.#db.run(`DELETE FROM search_${indexId} WHERE rowid = ?`, rowid);
    else
      this.#db.run(
        `INSERT INTO search_${indexId} (rowid, terms, filters) VALUES (?, ?, ?)`,
        rowid,
        terms,
        filters,
      );
  }

  mark(): Mark {
    return { changes: this.#changes.length, written: this.#written };
  }

  backTo({ changes, written }: Mark): void {
    this.#changes.length = changes;
    this.#written = written;
  }

  clear(): void {
    this.#changes = [];
    this.#written = 0;
    this.#waiting = 0;
  }

  /** A row was met that a filter of this field leaves out. */
  learnNarrowing(indexId: number, field: number): void {
    const known = this.#narrowing.get(indexId) ?? new Set();
    this.#narrowing.set(indexId, known.add(field));
  }

  /** The best `limit` rows for what is searched; among them such as a filter leaves out, of which none was ever met. */
  match(indexId: number, searched: Searched, limit: number): SearchHit[] {
    this.write();
    const { words, last } = searched;
    const filters = this.#narrowingOf(indexId, searched);
    const found = words.map((word) => this.#find(indexId, filters, quoted(word)));
    // Looking for beginnings costs by all that begin so: not where the whole word already matches more than are weighed.
    const whole = found[words.indexOf(last)]!;
    const beginning = whole.isCut ? null : this.#find(indexId, filters, `${quoted(last)} *`);
    const all = beginning === null ? found : [...found, beginning];
    // Of words that are each in very many, what holds them all may be older than the newest of each.
    const areAllCut = words.length > 1 && found.every(({ isCut }) => isCut);
    const every = words.map((word) => inTerms(quoted(word))).join(' AND ');
    const together = areAllCut ? this.#newest(indexId, filters, every) : [];
    const matches = newestFirst([...all.flatMap(({ rows }) => rows), ...together]);
    if (matches.length === 0) return [];
    const any = all.map((each) => each.expression).join(' OR ');
    const areFew = !all.some(({ isCut }) => isCut) && this.#areFew(indexId, inTerms(any));
    const scores = areFew
      ? this.#bm25(indexId, searched, matches)
      : this.#byWordsHeld(indexId, filters, { found, whole, beginning, together, count: matches.length });
    return best(matches, scores, limit);
  }

  #find(indexId: number, filters: Narrowing, expression: string): Holding {
    const rows = this.#newest(indexId, filters, inTerms(expression));
    return { expression, rows, isCut: rows.length === MAX_WEIGHED };
  }

  #areFew(indexId: number, expression: string): boolean {
    const [count] = this.#db.get(
      `SELECT count(*) FROM (SELECT 1 FROM search_${indexId} WHERE search_${indexId} MATCH ? ${LIMIT})`,
      expression,
      FEW_ROWS + 1,
    )!;
    return (count as number) <= FEW_ROWS;
  }

  /** Those that are weighed. Of more than that, they are the newest that pass all filters. */
  #newest(indexId: number, { asked, all }: Narrowing, expression: string): number[] {
    const rows = this.#rows(indexId, within(asked, expression));
    const isAll = rows.length < MAX_WEIGHED || asked.length === all.length;
    return isAll ? rows : this.#rows(indexId, within(all, expression));
  }

  #narrowingOf(indexId: number, { filters: all, asksAll = false }: Searched): Narrowing {
    const known = this.#narrowing.get(indexId);
    return { all, asked: asksAll ? all : all.filter(({ field }) => known?.has(field)) };
  }

  /** In one text instead of thousands of rows: that takes half the time. */
  #rows(indexId: number, expression: string): number[] {
    const [rowids] = this.#db.get(
      `SELECT json_group_array(rowid) FROM (SELECT rowid FROM search_${indexId} WHERE search_${indexId} MATCH ? ORDER BY rowid DESC ${LIMIT})`,
      expression,
      MAX_WEIGHED,
    )!;
    return JSON.parse(rowids as string) as number[];
  }

  /** Without the filters, whose rows would be counted, and weigh nothing: what they leave out is left out here. */
  #bm25(indexId: number, { words, last }: Searched, matches: number[]): Map<number, number> {
    const scored = (weight: number): string =>
      `SELECT rowid AS id, ${weight} * bm25(search_${indexId}, 1.0, 0.0) AS score FROM search_${indexId} WHERE search_${indexId} MATCH ? AND rowid BETWEEN ? AND ?`;
    const range = [matches.at(-1)!, matches[0]!];
    const rows = this.#db.all(
      `SELECT id, sum(score) FROM (${scored(1)} UNION ALL ${scored(0.5)}) GROUP BY id`,
      inTerms(words.map(quoted).join(' OR ')),
      ...range,
      inTerms(`${quoted(last)} * NOT ${quoted(last)}`),
      ...range,
    );
    return new Map(rows.map(([rowid, score]) => [rowid as number, score as number]));
  }

  /** As bm25 weighs words, but as if every text were of one length and said each word once. */
  #byWordsHeld(
    indexId: number,
    filters: Narrowing,
    { found, whole, beginning, together, count }: Weighed,
  ): Map<number, number> {
    const scores = new Map<number, number>();
    const rare = found.filter(({ isCut }) => !isCut).map(({ expression }) => expression);
    // Of a word that is in more than are weighed, those that hold a rare one, too, may be older.
    const all = ({ expression, rows, isCut }: Holding): number[] => {
      if (!isCut) return rows;
      if (rare.length === 0) return [...new Set([...rows, ...together])];
      const also = `${inTerms(expression)} AND ${inTerms(rare.join(' OR '))}`;
      return [...new Set([...rows, ...together, ...this.#newest(indexId, filters, also)])];
    };
    const weigh = (rows: number[], weight: number): void => {
      for (const rowid of rows) scores.set(rowid, (scores.get(rowid) ?? 0) - weight);
    };
    const rarityOf = ({ rows }: Holding): number =>
      Math.log(1 + (count - rows.length + 0.5) / (rows.length + 0.5));
    for (const holding of found) {
      const isLast = holding === whole && beginning !== null;
      weigh(all(holding), isLast ? rarityOf(beginning) / 2 : rarityOf(holding));
      if (isLast) weigh(all(beginning), rarityOf(beginning) / 2);
    }
    return scores;
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

const newestFirst = (rowids: number[]): number[] =>
  Array.from(Float64Array.from(new Set(rowids)).sort()).reverse();

/** Thousands have one score: they are not sorted one by one. */
function best(matches: number[], scores: Map<number, number>, limit: number): SearchHit[] {
  const byScore = new Map<number, number[]>();
  for (const rowid of matches) {
    const score = scores.get(rowid) ?? 0;
    const rows = byScore.get(score);
    if (rows === undefined) byScore.set(score, [rowid]);
    else rows.push(rowid);
  }
  const hits: SearchHit[] = [];
  for (const score of Float64Array.from(byScore.keys()).sort()) {
    for (const rowid of byScore.get(score)!) {
      if (hits.length === limit) return hits;
      hits.push({ rowid, score });
    }
  }
  return hits;
}

/** Narrows before anything is ranked. */
function within(filters: Filter[], expression: string): string {
  return [expression, ...filters.map(({ token }) => `filters : ${quoted(token)}`)].join(' AND ');
}
