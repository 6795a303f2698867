/**
 * A query being read: its source, and the operators every row passes from left to right.
 *
 * Rows that a filter drops count as read. A limit that is used up ends the stream before another row is read, so the read
 * set ends at the last row that mattered.
 */
import type { DocumentRow } from '../storage/documentCache.ts';
import type { Interval } from '../storage/documents.ts';
import { findIndex, type Registry } from '../storage/registry.ts';
import { DeveloperError } from '../values/errors.ts';
import type { ValueObject } from '../values/value.ts';
import type { QueryContext } from './context.ts';
import { compileFilter } from './filter.ts';
import type { Operator, Query } from './parse.ts';
import { indexNotFound, mustBeEnabled, type Plan } from './plan.ts';
import { indexInterval, rangeInterval } from './range.ts';
import type { RangeRead } from './readSet.ts';
import { EntryScan, IdScan, type Scan, type ScannedRow } from './scan.ts';
import { planSearch } from './search.ts';

/** Finds table and index and checks the range; reads nothing. Throws DeveloperError. */
export function planQuery(query: Query, registry: Registry, component: string): Plan {
  const { source } = query;
  const table = registry.table(component, source.table);
  if (source.type === 'Search') return planSearch(source, table);
  const descending = source.order === 'desc';
  if (source.type === 'FullTableScan') {
    if (table === null) return { kind: 'empty' };
    return { kind: 'range', table, byId: false, interval: indexInterval(table.byCreationTime), descending };
  }
  const name = `${source.table}.${source.index}`;
  const fields =
    source.index === 'by_id' ? ['_id'] : source.index === 'by_creation_time' ? ['_creationTime'] : null;
  if (table === null) {
    if (fields === null) throw indexNotFound(name);
    rangeInterval(0, name, fields, source.range);
    return { kind: 'empty' };
  }
  if (fields !== null) {
    const byId = source.index === 'by_id';
    const interval = rangeInterval(byId ? table.byId : table.byCreationTime, name, fields, source.range);
    return { kind: 'range', table, byId, interval, descending };
  }
  const index = findIndex(table, source.index);
  if (index === null) throw indexNotFound(name);
  if (index.kind !== 'db') throw wrongKind(name, index.kind);
  mustBeEnabled(name, index);
  const interval = rangeInterval(index.indexId, name, [...index.fields, '_creationTime'], source.range);
  return { kind: 'range', table, byId: false, interval, descending };
}

function wrongKind(name: string, kind: string): DeveloperError {
  return new DeveloperError(
    'IndexNotFound',
    `Index ${name} is a ${kind} index and cannot be queried with withIndex.`,
  );
}

export function openScan(
  plan: Plan,
  interval: Interval | null,
  context: QueryContext,
  firstPage?: number,
): Scan {
  if (plan.kind === 'empty') return { next: () => null, isOver: true };
  if (plan.kind === 'search') return plan.open(context, false);
  const rest = interval ?? plan.interval;
  return plan.byId
    ? new IdScan(context, plan.table, rest, plan.descending, firstPage)
    : new EntryScan(context, rest, plan.descending, firstPage);
}

/** The operators of one execution: filters, and limits with what is left of them. */
export class Pipeline {
  readonly #steps: ({ passes: (document: ValueObject) => boolean } | { left: number })[];

  constructor(operators: readonly Operator[], commitTs: bigint | null) {
    this.#steps = operators.map((operator) =>
      operator.type === 'limit'
        ? { left: operator.limit }
        : { passes: compileFilter(operator.expression, commitTs) },
    );
  }

  /** Whether a limit is used up, so that no further row can come through. */
  get full(): boolean {
    return this.#steps.some((step) => 'left' in step && step.left === 0);
  }

  accepts(row: DocumentRow): boolean {
    for (const step of this.#steps) {
      if ('left' in step) step.left--;
      else if (!step.passes(row.value)) return false;
    }
    return true;
  }

  /** How many rows the reader can want at most, where that is known beforehand. */
  get atMost(): number | undefined {
    const first = this.#steps[0];
    return first !== undefined && 'left' in first ? Math.max(first.left, 1) : undefined;
  }
}

/** One `queryStream` of a function. */
export class QueryStream {
  readonly #context: QueryContext;
  readonly #plan: Plan;
  readonly #pipeline: Pipeline;
  #scan: Scan | null = null;
  #read: RangeRead | null = null;
  #done = false;

  constructor(context: QueryContext, plan: Plan, operators: readonly Operator[]) {
    this.#context = context;
    this.#plan = plan;
    this.#pipeline = new Pipeline(operators, context.commitTs);
  }

  /** The next document that passes; null at the end. */
  next(): DocumentRow | null {
    while (!this.#done && !this.#pipeline.full) {
      const scanned = this.#pull();
      if (scanned === null) break;
      this.#context.countRead(scanned.row);
      if (this.#pipeline.accepts(scanned.row)) return scanned.row;
    }
    this.#done = true;
    this.#scan = null;
    return null;
  }

  /**
   * Nothing more comes, as long as nothing is written. Where reads are recorded, the end of a range counts as read only once
   * somebody has asked for what is behind its last row (Q5).
   */
  get isOver(): boolean {
    if (this.#done || this.#pipeline.full) return true;
    return this.#context.readSet === null && this.#scan !== null && this.#scan.isOver;
  }

  #pull(): ScannedRow | null {
    this.#scan ??= this.#start();
    const scanned = this.#scan.next();
    if (scanned === null) this.#read?.exhausted();
    else this.#read?.reached(scanned.key);
    return scanned;
  }

  #start(): Scan {
    this.#context.countRange();
    if (this.#plan.kind === 'range') {
      this.#read = this.#context.readSet?.addRange(this.#plan.interval, this.#plan.descending) ?? null;
    } else if (this.#plan.kind === 'search') {
      this.#context.readSet?.addInterval(indexInterval(this.#plan.indexId));
    }
    return openScan(this.#plan, null, this.#context, this.#pipeline.atMost);
  }
}
