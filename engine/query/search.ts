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
import type { Searched, SearchHit } from '../storage/searchRows.ts';
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
  const filters = equal.map(
    ({ fieldPath, value }): { token: string; path: readonly string[]; value: Value | undefined } => {
      const at = index.fields.indexOf(fieldPath);
      if (at < 0) {
        throw new DeveloperError(
          'IncorrectFilterFieldError',
          `Search query against ${name} filters on ${JSON.stringify(fieldPath)}, which is not one of its filter fields ${JSON.stringify(index.fields)}.`,
        );
      }
      return { token: filterToken(at, value), path: index.paths[at]!, value };
    },
  );
  const terms = tokenize(text).slice(0, MAX_TERMS);
  const expression =
    terms.length === 0
      ? null
      : { words: [...new Set(terms)], last: terms.at(-1)!, filters: filters.map(({ token }) => token) };
  const passes = (document: ValueObject): boolean =>
    filters.every(({ path, value }) => compareValues(getPath(document, path), value) === 0);
  return {
    kind: 'search',
    table,
    indexId: index.indexId,
    open: (context) => new SearchScan(context, name, index.indexId, expression, passes),
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
  readonly #expression: Searched | null;
  readonly #passes: (document: ValueObject) => boolean;
  /** Said by the end itself. */
  readonly isOver = false;
  #hits: SearchHit[] | null = null;
  #at = 0;
  /** The rows of one score, newest first. */
  #tied: DocumentRow[] = [];
  #delivered = 0;

  constructor(
    context: QueryContext,
    name: string,
    indexId: number,
    expression: Searched | null,
    passes: (document: ValueObject) => boolean,
  ) {
    this.#context = context;
    this.#name = name;
    this.#indexId = indexId;
    this.#expression = expression;
    this.#passes = passes;
  }

  next(): ScannedRow | null {
    this.#hits ??=
      this.#expression === null
        ? []
        : this.#context.searchRows.match(this.#indexId, this.#expression, MAX_RESULTS + 1);
    while (this.#tied.length === 0) {
      if (this.#at === this.#hits.length) return null;
      this.#tied = this.#nextGroup(this.#hits);
    }
    if (this.#delivered === MAX_RESULTS) {
      throw new DeveloperError(
        'SearchQueryScannedTooManyDocumentsError',
        `Search query against ${this.#name} scanned too many documents (limit: ${MAX_RESULTS}). Consider using a smaller limit, paginating the query, or narrowing the search.`,
      );
    }
    this.#delivered++;
    return { key: placeKey(this.#delivered), row: this.#tied.shift()! };
  }

  #nextGroup(hits: SearchHit[]): DocumentRow[] {
    const { score } = hits[this.#at]!;
    const rows: DocumentRow[] = [];
    for (; this.#at < hits.length && hits[this.#at]!.score === score; this.#at++) {
      const row = this.#context.documents.byRowid(hits[this.#at]!.rowid);
      // Gone or changed since the search: only the running transaction itself can have done that.
      if (row !== null && this.#passes(row.value)) rows.push(row);
    }
    return rows.sort((a, b) => b.creationTime - a.creationTime);
  }
}

/** The place of a search result as cursors carry it. */
function placeKey(place: number): Uint8Array {
  return writer.reset().u32(place).take();
}
