/**
 * One page of a query: (cursor, end], where the end is the caller's end cursor, the one of the journal, or comes from the
 * page size. A page that would break a read limit ends early and says SplitRequired instead of failing.
 */
import type { DocumentRow } from '../storage/documentCache.ts';
import type { Interval } from '../storage/documents.ts';
import { DeveloperError } from '../values/errors.ts';
import { LIMITS } from '../values/limits.ts';
import { compareKeys } from '../values/sortKey.ts';
import type { QueryContext } from './context.ts';
import type { Position } from './cursor.ts';
import type { Query } from './parse.ts';
import { indexInterval } from './range.ts';
import { keyAfter, type RangeRead } from './readSet.ts';
import type { Plan } from './plan.ts';
import { Pipeline, openScan } from './stream.ts';

export interface PageRequest {
  cursor: string | null;
  /** From the caller, else from the journal. */
  endCursor: string | null;
  pageSize: number;
  maximumRowsRead: number | null;
  maximumBytesRead: number | null;
}

type PageStatus = null | 'SplitRecommended' | 'SplitRequired';

export interface Page {
  /** Documents as JSON texts. */
  page: string[];
  isDone: boolean;
  continueCursor: string;
  splitCursor: string | null;
  pageStatus: PageStatus;
}

/** Above this share of a limit a page had better be split. */
const SOFT = 0.75;

function checkPageRequest(request: PageRequest): void {
  if (!(request.pageSize >= 1)) {
    throw new DeveloperError('InvalidPaginationLimit', 'Must request at least 1 document while paginating');
  }
  if (!Number.isInteger(request.pageSize)) {
    throw new DeveloperError(
      'InvalidPaginationLimit',
      'The number of documents of a page must be a whole number',
    );
  }
  if (request.pageSize > LIMITS.documentsRead) {
    throw new DeveloperError('TooManyItemsRequested', `Requested too many items: ${request.pageSize}`);
  }
  for (const name of ['maximumRowsRead', 'maximumBytesRead'] as const) {
    const value = request[name];
    if (value !== null && !(Number.isInteger(value) && value > 0))
      throw new DeveloperError('InvalidPaginationLimit', `\`${name}\` must be a whole number greater than 0`);
  }
}

/** `queryText` names the query in its cursors. */
export function readPage(
  context: QueryContext,
  plan: Plan,
  query: Query,
  queryText: string,
  request: PageRequest,
): Page {
  checkPageRequest(request);
  const decode = (cursor: string | null): Position | null =>
    cursor === null ? null : context.cursors.decode(cursor, queryText);
  const encode = (position: Position): string => context.cursors.encode(position, queryText);
  const from = decode(request.cursor);
  const to = decode(request.endCursor);
  const reader = new PageReader(
    context,
    plan,
    new Pipeline(query.operators, context.commitTs),
    request,
    from,
    to,
  );
  reader.run();
  const end: Position = reader.ended
    ? (to ?? 'end')
    : reader.last === null
      ? (from ?? 'end')
      : { after: reader.last };
  const middle = reader.keys[(reader.keys.length >> 1) - 1];
  return {
    page: reader.rows.map((row) => row.json),
    isDone: end === 'end',
    continueCursor: encode(end),
    splitCursor: middle === undefined ? null : encode({ after: middle }),
    pageStatus: reader.status,
  };
}

class PageReader {
  readonly rows: DocumentRow[] = [];
  readonly keys: Uint8Array[] = [];
  /** Key of the last row read, whether it passed the filters or not. */
  last: Uint8Array | null = null;
  /** Whether everything up to the end was read. */
  ended = false;
  status: PageStatus = null;
  readonly #context: QueryContext;
  readonly #plan: Plan;
  readonly #pipeline: Pipeline;
  readonly #request: PageRequest;
  readonly #from: Position | null;
  readonly #to: Position | null;
  #rowsRead = 0;
  #bytesRead = 0;

  constructor(
    context: QueryContext,
    plan: Plan,
    pipeline: Pipeline,
    request: PageRequest,
    from: Position | null,
    to: Position | null,
  ) {
    this.#context = context;
    this.#plan = plan;
    this.#pipeline = pipeline;
    this.#request = request;
    this.#from = from;
    this.#to = to;
  }

  run(): void {
    if (this.#plan.kind === 'empty' || this.#from === 'end') {
      this.ended = true;
      return;
    }
    this.#context.countRange();
    if (this.#plan.kind === 'range')
      this.#readRange(slice(this.#plan.interval, this.#plan.descending, this.#from, this.#to));
    else this.#readSearch(this.#plan);
  }

  #readRange(interval: Interval): void {
    const plan = this.#plan;
    const context = this.#context;
    if (plan.kind !== 'range') return;
    const read: RangeRead | null = context.readSet?.addRange(interval, plan.descending) ?? null;
    const scan = openScan(plan, interval, context, this.#to === null ? this.#request.pageSize : undefined);
    while (!this.#enough()) {
      const scanned = scan.next();
      if (scanned === null) {
        this.ended = true;
        read?.exhausted();
        return;
      }
      if (this.#outOfBudget(scanned.row)) return;
      read?.reached(scanned.key);
      this.#take(scanned.key, scanned.row);
    }
  }

  #readSearch(plan: Plan & { kind: 'search' }): void {
    this.#context.readSet?.addInterval(indexInterval(plan.indexId));
    // A cursor is a place in the results: they must be the same for the next page.
    const scan = plan.open(this.#context, true);
    for (;;) {
      const scanned = scan.next();
      const past = scanned !== null && isPosition(this.#to) && compareKeys(scanned.key, this.#to.after) > 0;
      if (scanned === null || past) {
        this.ended = true;
        return;
      }
      if (isPosition(this.#from) && compareKeys(scanned.key, this.#from.after) <= 0) continue;
      if (this.#outOfBudget(scanned.row)) return;
      this.#take(scanned.key, scanned.row);
      if (this.#enough()) return;
    }
  }

  #take(key: Uint8Array, row: DocumentRow): void {
    this.#context.countRead(row);
    this.#rowsRead++;
    this.#bytesRead += row.size;
    this.last = key;
    if (this.#pipeline.accepts(row)) {
      this.rows.push(row);
      this.keys.push(key);
    }
    this.#recommendSplit();
  }

  /** Whether the page is full; with an end cursor its size does not count. */
  #enough(): boolean {
    if (this.#pipeline.full) {
      this.ended = true;
      return true;
    }
    if (this.#to === null && this.rows.length >= this.#request.pageSize) return true;
    const { maximumRowsRead, maximumBytesRead } = this.#request;
    const reached =
      (maximumRowsRead !== null && this.#rowsRead >= maximumRowsRead) ||
      (maximumBytesRead !== null && this.#bytesRead >= maximumBytesRead);
    if (reached) this.status = 'SplitRequired';
    return reached;
  }

  /** Whether reading one more row would break a limit of the execution; the first row of a page is always tried. */
  #outOfBudget(row: DocumentRow): boolean {
    if (this.#rowsRead === 0) return false;
    const left = this.#context.remaining();
    if (left.documents >= 1 && left.bytes >= row.size) return false;
    this.status = 'SplitRequired';
    return true;
  }

  #recommendSplit(): void {
    const rowBudget = this.#request.maximumRowsRead ?? LIMITS.documentsRead;
    const byteBudget = this.#request.maximumBytesRead ?? LIMITS.bytesRead;
    if (this.#rowsRead > rowBudget * SOFT || this.#bytesRead > byteBudget * SOFT)
      this.status = 'SplitRecommended';
  }
}

function isPosition(position: Position | null): position is { after: Uint8Array } {
  return position !== null && position !== 'end';
}

/** The part of `interval` behind `from` and up to `to`; never more than the query itself may read. */
function slice(
  interval: Interval,
  descending: boolean,
  from: Position | null,
  to: Position | null,
): Interval {
  let { start, end } = interval;
  const raise = (key: Uint8Array): void => {
    if (compareKeys(key, start) > 0) start = key;
  };
  const lower = (key: Uint8Array): void => {
    if (end === null || compareKeys(key, end) < 0) end = key;
  };
  const behind = (key: Uint8Array): void => (descending ? lower(key) : raise(keyAfter(key)));
  const upTo = (key: Uint8Array): void => (descending ? raise(key) : lower(keyAfter(key)));
  if (isPosition(from)) behind(from.after);
  if (isPosition(to)) upTo(to.after);
  if (end !== null && compareKeys(start, end) > 0) return { start: end, end };
  return { start, end };
}
