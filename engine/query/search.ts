/**
 * Text search: Convex's tokens and rules over FTS5 rows.
 *
 * Tokens: maximal runs of letters and digits (Unicode), lower case, none above 32 bytes. A query takes its first 16 tokens,
 * any of which may match; the last one also matches by prefix, which counts half. Best first, ties by newest document; how
 * many are weighed is bounded (storage/searchRows.ts). At most 1024 results.
 */
import { hash } from 'node:crypto';
import type { DocumentRow } from '../storage/documentCache.ts';
import { findIndex, type IndexInfo, type TableInfo } from '../storage/registry.ts';
import type { Filter, Searched, SearchHit } from '../storage/searchRows.ts';
import { DeveloperError } from '../values/errors.ts';
import { compareValues } from '../values/order.ts';
import { KeyWriter, encodeSortKey } from '../values/sortKey.ts';
import { getPath, type Value, type ValueObject } from '../values/value.ts';
import type { QueryContext } from './context.ts';
import type { Source } from './parse.ts';
import type { Scan, ScannedRow } from './scan.ts';
import { indexNotFound, mustBeEnabled, type Plan } from './plan.ts';

const MAX_TOKEN_BYTES = 32;
const MAX_TERMS = 16;
const MAX_FILTERS = 8;
const MAX_RESULTS = 1024;
/** So many rows of one score are put in the order of their times; of more, those written last come first. */
const MAX_SORTED = 128;

function tokenize(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return words.filter((word) => Buffer.byteLength(word) <= MAX_TOKEN_BYTES);
}

/** What a document contributes to a search index; null when it is not in it. */
export function searchText(
  index: IndexInfo,
  document: ValueObject,
): { terms: string; filters: string } | null {
  const text = getPath(document, index.field!.split('.'));
  if (typeof text !== 'string') return null;
  const filters = index.paths.map((path, at) => filterToken(at, getPath(document, path)));
  return { terms: tokenize(text).join(' '), filters: filters.join(' ') };
}

/** One word that stands for "filter field number `at` has this value". */
function filterToken(at: number, value: Value | undefined): string {
  const key = encodeSortKey(value);
  // Long values go in by their hash; every result is compared with the real value anyway.
  const name = key.length <= 32 ? Buffer.from(key).toString('hex') : hash('sha256', key);
  return `f${at}x${name}`;
}

interface Condition extends Filter {
  path: readonly string[];
  value: Value | undefined;
}

const leavesOut = ({ path, value }: Condition, document: ValueObject): boolean =>
  compareValues(getPath(document, path), value) !== 0;

export function planSearch(source: Source & { type: 'Search' }, table: TableInfo | null): Plan {
  const name = `${source.table}.${source.index}`;
  const index = table === null ? null : findIndex(table, source.index);
  if (table === null || index === null || index.kind !== 'search') throw indexNotFound(name);
  mustBeEnabled(name, index);
  const text = searchedText(name, index, source);
  const equal = source.filters.filter((filter) => filter.type === 'Eq');
  if (equal.length > MAX_FILTERS) {
    throw new DeveloperError(
      'TooManyFiltersError',
      `Search query against ${name} has too many filters (${equal.length} > maximum ${MAX_FILTERS}).`,
    );
  }
  const filters = equal.map(({ fieldPath, value }): Condition => {
    const at = index.fields.indexOf(fieldPath);
    if (at < 0) {
      throw new DeveloperError(
        'IncorrectFilterFieldError',
        `Search query against ${name} filters on ${JSON.stringify(fieldPath)}, which is not one of its filter fields ${JSON.stringify(index.fields)}.`,
      );
    }
    return { field: at, token: filterToken(at, value), path: index.paths[at]!, value };
  });
  const terms = tokenize(text).slice(0, MAX_TERMS);
  const expression = terms.length === 0 ? null : { words: [...new Set(terms)], last: terms.at(-1)!, filters };
  return {
    kind: 'search',
    table,
    indexId: index.indexId,
    open: (context, isPaged) =>
      new SearchScan(context, name, index.indexId, expression && { ...expression, asksAll: isPaged }),
  };
}

function searchedText(name: string, index: IndexInfo, source: Source & { type: 'Search' }): string {
  const searches = source.filters.filter((filter) => filter.type === 'Search');
  if (searches.length === 0) {
    throw new DeveloperError(
      'MissingSearchFilterError',
      `Search query against ${name} does not contain any search filters. You must include a search filter like \`q.search("${index.field}", searchText)\`.`,
    );
  }
  if (searches.length > 1) {
    throw new DeveloperError(
      'DuplicateSearchFiltersError',
      `Search query against ${name} contains multiple search filters against ${JSON.stringify(index.field)}. Only one is allowed.`,
    );
  }
  const { fieldPath, value } = searches[0]!;
  if (fieldPath !== index.field) {
    throw new DeveloperError(
      'IncorrectSearchField',
      `Search query against ${name} contains a search filter against ${JSON.stringify(fieldPath)}, which doesn't match the indexed \`searchField\` ${JSON.stringify(index.field)}.`,
    );
  }
  if (typeof value !== 'string')
    throw new DeveloperError(
      'InvalidQuery',
      `Search query against ${name}: the searched text must be a string.`,
    );
  return value;
}

const writer = new KeyWriter();

/** Results of one search, best first; the key of a row is its place in the results. */
class SearchScan implements Scan {
  readonly #context: QueryContext;
  readonly #name: string;
  readonly #indexId: number;
  readonly #expression: Searched<Condition> | null;
  /** Said by the end itself. */
  readonly isOver = false;
  #hits: SearchHit[] | null = null;
  #at = 0;
  /** Rows of one score, newest first: the next to be given. */
  #tied: DocumentRow[] = [];
  readonly #given = new Set<number>();
  /** Fields for whose sake was searched anew. */
  readonly #learned = new Set<number>();

  constructor(context: QueryContext, name: string, indexId: number, expression: Searched<Condition> | null) {
    this.#context = context;
    this.#name = name;
    this.#indexId = indexId;
    this.#expression = expression;
  }

  next(): ScannedRow | null {
    if (this.#expression === null) return null;
    while (this.#tied.length === 0) {
      this.#hits ??= this.#search(this.#expression);
      if (this.#at === this.#hits.length) return null;
      this.#tied = this.#nextTied(this.#hits, this.#expression);
    }
    if (this.#given.size === MAX_RESULTS) {
      throw new DeveloperError(
        'SearchQueryScannedTooManyDocumentsError',
        `Search query against ${this.#name} scanned too many documents (limit: ${MAX_RESULTS}). Consider using a smaller limit, paginating the query, or narrowing the search.`,
      );
    }
    const row = this.#tied.shift()!;
    this.#given.add(row.rowid);
    return { key: placeKey(this.#given.size), row };
  }

  #search(expression: Searched<Condition>): SearchHit[] {
    this.#at = 0;
    const hits = this.#context.searchRows.match(this.#indexId, expression, MAX_RESULTS + 1);
    return this.#given.size === 0 ? hits : hits.filter(({ rowid }) => !this.#given.has(rowid));
  }

  /**
   * Read is what is asked for and not much more: of a word that is in very many, hundreds have one score, and their documents
   * cost more than having found them.
   */
  #nextTied(hits: SearchHit[], { filters }: Searched<Condition>): DocumentRow[] {
    const from = this.#at;
    const { score } = hits[from]!;
    let end = from + 1;
    while (end < hits.length && end - from <= MAX_SORTED && hits[end]!.score === score) end++;
    const next = hits.slice(from, end - from > MAX_SORTED ? from + 1 : end);
    this.#at += next.length;
    const rows: DocumentRow[] = [];
    for (const { rowid } of next) {
      // Gone or changed since the search: only the running transaction itself can have done that.
      const row = this.#context.documents.byRowid(rowid);
      if (row === null) continue;
      const against = filters.find((filter) => leavesOut(filter, row.value));
      if (against === undefined) rows.push(row);
      else if (this.#learns(against)) return [];
    }
    return rows.sort((a, b) => b.creationTime - a.creationTime);
  }

  /** Of a filter that was taken to leave nothing out: among what was found, too much may be what it does leave out. */
  #learns({ field }: Condition): boolean {
    if (this.#learned.has(field)) return false;
    this.#learned.add(field);
    this.#context.searchRows.learnNarrowing(this.#indexId, field);
    this.#hits = null;
    return true;
  }
}

/** The place of a search result as cursors carry it. */
function placeKey(place: number): Uint8Array {
  return writer.reset().u32(place).take();
}
