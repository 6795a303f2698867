/**
 * One execution's view of the database: reads at one instant, writes that exist together or not at all.
 *
 * All state of the execution lives in this object; the store changes after COMMIT only. A watchdog may end the caller at
 * any instruction without running `finally`: then the committer rolls the outermost savepoint back and drops the object.
 *
 *   write mode runs inside the committer's BEGIN … COMMIT and its savepoint; mutations are strictly serial, so the commit
 *   timestamp is known from the start and stands in for `{"$commitTs": null}` at once.
 */
import type { CursorCodec } from '../query/cursor.ts';
import type { QueryContext } from '../query/context.ts';
import { ReadSet } from '../query/readSet.ts';
import type { QueryStream } from '../query/stream.ts';
import type { DocumentRow } from '../storage/documentCache.ts';
import type { Documents } from '../storage/documents.ts';
import type { IndexSpec, Registry, TableInfo } from '../storage/registry.ts';
import type { SearchRows } from '../storage/searchRows.ts';
import type { Store } from '../storage/store.ts';
import { CommitError, DeveloperError } from '../values/errors.ts';
import { ComponentDb } from './componentDb.ts';
import { writeIndexRows } from './indexRows.ts';
import { Meter, type Metrics, type TransactionLimits } from './meter.ts';
import { systemTable } from './systemTables.ts';

/** One document change of this transaction, in order. */
export interface WriteRecord {
  table: TableInfo;
  before: DocumentRow | null;
  after: DocumentRow | null;
}

export interface TransactionOptions {
  mode: 'read' | 'write';
  beginTs: bigint;
  commitTs: bigint;
  registry: Registry;
  /** Ids written in the open batch; null outside of one. */
  dirty: Set<string> | null;
  journal?: string | null;
  cursors: CursorCodec;
}

export class Transaction {
  readonly mode: 'read' | 'write';
  readonly store: Store;
  readonly beginTs: bigint;
  /** In a write: the timestamp this transaction commits at. In a read: the snapshot's. */
  readonly commitTs: bigint;
  /** Wall clock at begin, whole milliseconds. */
  nowMs: number;
  readonly journal: { previous: string | null; next: string | null };
  readonly streams = new Map<number, QueryStream>();
  readonly log: WriteRecord[] = [];
  readonly keys: Uint8Array[] = [];
  /** Names of what changed beside documents, for the commit. */
  readonly changed: string[] = [];
  registry: Registry;
  writes = 0;
  /** The database failed in the middle of a write: nothing of this transaction may be kept. */
  failure: unknown = null;
  /** Whether this function has used its one paginated query. */
  paginated = false;
  /** Whether subscriptions can no longer be told apart: a schema change. */
  allInvalid = false;
  readonly dirty: Set<string> | null;
  readonly cursors: CursorCodec;
  readonly #reads = new ReadSet();
  #meter = new Meter();
  readonly #dbs = new Map<string, ComponentDb>();
  readonly #first: Registry;
  #depth = 0;
  #nextStream = 0;
  #inSnapshot = false;
  #creationMs = 0;
  #context: QueryContext | null = null;

  constructor(store: Store, options: TransactionOptions) {
    this.store = store;
    this.mode = options.mode;
    this.beginTs = options.beginTs;
    this.commitTs = options.commitTs;
    this.registry = options.registry;
    this.#first = options.registry;
    this.dirty = options.dirty;
    this.cursors = options.cursors;
    this.nowMs = Math.floor(store.now());
    this.journal = { previous: options.journal ?? null, next: null };
  }

  db(component: string): ComponentDb {
    let db = this.#dbs.get(component);
    if (db === undefined) this.#dbs.set(component, (db = new ComponentDb(this, component)));
    return db;
  }

  /** What was read so far; empty in write mode, where nobody subscribes. */
  get readSet(): ReadSet {
    return this.#reads;
  }

  get documents(): Documents {
    return this.store.documents;
  }

  /** Records reads, or nothing where they cannot matter. */
  get recording(): ReadSet | null {
    return this.mode === 'read' && !this.#inSnapshot ? this.#reads : null;
  }

  /** What running queries see of this transaction. */
  get queryContext(): QueryContext {
    return (this.#context ??= new TransactionContext(this));
  }

  countRange(): void {
    this.#meter.add('databaseQueries', 1);
  }

  countRead(row: DocumentRow): void {
    this.#meter.add('documentsRead', 1);
    this.#meter.add('bytesRead', row.size);
  }

  remaining(): { documents: number; bytes: number } {
    return { documents: this.#meter.remaining('documentsRead'), bytes: this.#meter.remaining('bytesRead') };
  }

  /** Counts one scheduled function; the limit on each one's arguments is the scheduler's. */
  countScheduled(argsBytes: number): void {
    this.#meter.add('functionsScheduled', 1);
    this.#meter.add('scheduledFunctionArgsBytes', argsBytes);
  }

  countFileWritten(bytes: number): void {
    this.#meter.add('filesWritten', 1);
    this.#meter.add('fileWriteBytes', bytes);
  }

  countFileRead(bytes: number): void {
    this.#meter.add('filesRead', 1);
    this.#meter.add('fileReadBytes', bytes);
  }

  metrics(): Metrics {
    return this.#meter.metrics();
  }

  warnings(): string[] {
    return this.#meter.warnings();
  }

  /** Runs the engine's own bookkeeping: what it reads and writes is not the function's. */
  uncounted<T>(fn: () => T): T {
    return this.#meter.uncounted(fn);
  }

  withLimits<T>(limits: TransactionLimits, fn: () => T): T {
    return this.#meter.within(limits, fn);
  }

  /** Before the function's second attempt, once the first one was undone: nothing of it counts. */
  startOver(): void {
    this.#meter = new Meter();
    this.paginated = false;
    this.journal.next = null;
    this.streams.clear();
  }

  addStream(stream: QueryStream): number {
    this.streams.set(this.#nextStream, stream);
    return this.#nextStream++;
  }

  /** Runs a called function: it may use a paginated query of its own, which leaves no journal. */
  inCalledFunction<T>(fn: () => T): T {
    const { paginated } = this;
    const { previous, next } = this.journal;
    this.paginated = false;
    this.journal.previous = null;
    try {
      return fn();
    } finally {
      this.paginated = paginated;
      this.journal.previous = previous;
      this.journal.next = next;
    }
  }

  /** A sub-transaction: when `fn` throws, everything it wrote is undone and the error goes on. */
  nested<T>(fn: () => T): T {
    if (this.mode === 'read') return fn();
    this.#mustBeOpen();
    const { registry } = this;
    const inSnapshot = this.#inSnapshot;
    const depth = this.#depth;
    const name = `nested_${++this.#depth}`;
    const reading = this.#meter.reading();
    const marks = [this.log.length, this.keys.length, this.changed.length] as const;
    this.store.db.savepoint(name);
    try {
      const value = fn();
      this.#mustBeOpen();
      this.store.db.release(name);
      return value;
    } catch (error) {
      if (this.store.db.isTransaction) this.store.db.rollbackTo(name);
      this.registry = registry;
      // A watchdog may have cut what ran inside before it could put this back.
      this.#inSnapshot = inSnapshot;
      this.#meter.undoTo(reading);
      [this.log.length, this.keys.length, this.changed.length] = marks;
      this.writes++;
      throw error;
    } finally {
      this.#depth = depth;
    }
  }

  /**
   * Runs `fn` on the state before this transaction's own writes, leaving no trace in the read set. The writes are taken
   * back one by one under a savepoint, which is then rolled back itself: exact, and paid only by who asks for it.
   */
  readCommittedSnapshot<T>(fn: () => T): T {
    if (this.mode === 'read' || this.#inSnapshot) return fn();
    this.#mustBeOpen();
    const { registry } = this;
    const name = 'snapshot';
    this.store.db.savepoint(name);
    this.#inSnapshot = true;
    try {
      for (let i = this.log.length - 1; i >= 0; i--) this.#takeBack(this.log[i]!);
      this.registry = this.#first;
      this.writes++;
      return fn();
    } finally {
      this.#inSnapshot = false;
      this.registry = registry;
      this.writes++;
      if (this.store.db.isTransaction) this.store.db.rollbackTo(name);
    }
  }

  /** Refuses to write where nothing may be written. */
  mustWrite(): void {
    if (this.mode === 'read' || this.#inSnapshot) {
      throw new DeveloperError(
        'WriteInQuery',
        "Can't write to the database in a query. Use a mutation to change documents.",
      );
    }
    this.#mustBeOpen();
  }

  /** After a failure SQLite may have rolled everything back by itself: then nothing more may run. */
  #mustBeOpen(): void {
    if (this.failure !== null) throw this.failure;
    if (!this.store.db.isTransaction) {
      throw new CommitError(
        'TRANSACTION_LOST',
        'The transaction was rolled back by the database; nothing of it was kept.',
      );
    }
  }

  /**
   * Writes one document: counts it, marks it as differing from what is committed, runs `write` for its row and then writes
   * everything that follows from it. A failure of the database in the middle leaves half a change behind, so it condemns
   * the whole transaction even if the function goes on. `size` is the new document's, 0 for a removal.
   */
  writeDocument(table: TableInfo, id: string, size: number, write: () => Omit<WriteRecord, 'table'>): void {
    this.#meter.add('documentsWritten', 1);
    this.#meter.add('bytesWritten', size);
    this.writes++;
    this.dirty!.add(id);
    try {
      const { before, after } = write();
      this.log.push({ table, before, after });
      writeIndexRows(this.store, table, before, after, this.keys);
    } catch (error) {
      this.failure ??= error;
      throw error;
    }
  }

  #takeBack({ table, before, after }: WriteRecord): void {
    const { documents } = this.store;
    if (before === null) documents.remove(after!.rowid);
    else if (after === null) documents.restore(before);
    else documents.update(after, before.json, before.size, before.value);
    writeIndexRows(this.store, table, after, before, []);
  }

  /** Milliseconds with a fraction, greater than any given before. */
  nextCreationTime(): number {
    if (this.#creationMs === 0) this.#creationMs = Number(this.commitTs) / 1e6;
    this.#creationMs = this.store.nextCreationMs(this.#creationMs);
    return this.#creationMs;
  }

  /** The table, created if it is new. */
  ensureTable(component: string, name: string, indexes: IndexSpec[] = []): TableInfo {
    const known = this.registry.table(component, name);
    if (known !== null) return known;
    const system = systemTable(name);
    const created = this.store.createTable(
      this.registry,
      component,
      name,
      system === null ? { indexes } : { system: true, number: system.number, indexes: system.indexes },
    );
    this.registry = created.registry;
    this.changed.push(`tables:${component}`);
    return created.table;
  }
}

class TransactionContext implements QueryContext {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  get documents(): Documents {
    return this.#tx.store.documents;
  }

  get searchRows(): SearchRows {
    return this.#tx.store.searchRows;
  }

  get cursors(): CursorCodec {
    return this.#tx.cursors;
  }

  get dirty(): Set<string> | null {
    return this.#tx.dirty;
  }

  get writes(): number {
    return this.#tx.writes;
  }

  get commitTs(): bigint | null {
    return this.#tx.mode === 'write' ? this.#tx.commitTs : null;
  }

  get readSet(): ReadSet | null {
    return this.#tx.recording;
  }

  countRange(): void {
    this.#tx.countRange();
  }

  countRead(row: DocumentRow): void {
    this.#tx.countRead(row);
  }

  remaining(): { documents: number; bytes: number } {
    return this.#tx.remaining();
  }
}
