/**
 * A thin wrapper of node:sqlite: one connection, cached statements, transactions, and sole ownership of the file.
 *
 * Owns: pragmas, the lock, the checkpoint timer. Promises: a second process (or a second open) is refused with one
 * sentence; a commit is on disk when `commit` returns; rows are read with get and all only, never with an open iterator,
 * because a watchdog may end the caller at any instruction.
 * Surprises: locking_mode=EXCLUSIVE is the lock: the operating system drops it when the process dies, however it dies, and
 * the WAL index lives in our own memory, which saves system calls on every read.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { CommitError, HttpError } from '../values/errors.ts';
import { CorruptionError, GoneError, OpenError, sqliteFailure } from './errors.ts';
import { LogSync } from './logSync.ts';

export type Row = SQLInputValue[];

/** Rows that are written late: before a commit, or before something needs them. It follows every savepoint. */
export interface LateRows {
  write(): void;
  /** Where it is, for `backTo`. */
  mark(): object;
  /** What came since is gone, and what was written since is to be written again. */
  backTo(mark: object): void;
  clear(): void;
}

const IDLE_CHECKPOINT_MS = 200;
const AUTOCHECKPOINT_PAGES = 10_000;
/** How often it is looked whether the folder still holds the files that are open, while nothing is written. */
const LOOK_MS = 400;
const FILES = ['data.sqlite', 'data.sqlite-wal'];
const HEADER_BYTES = 100;

export class Database {
  readonly raw: DatabaseSync;
  /** Whoever commits with `commitToLog` makes it durable here. */
  readonly log: LogSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #idle: NodeJS.Timeout;
  readonly #look: NodeJS.Timeout;
  /** The files as they were opened. */
  readonly #files: { path: string; id: string | null }[];
  /** Told of what fails between transactions, a checkpoint or a look at the files: nobody called who could be. */
  onIdleFailure: (error: unknown) => void = (error) => {
    throw error;
  };
  /** Whoever writes late in the open transaction. */
  late: LateRows | null = null;
  #savepoints: { name: string; mark: object | undefined }[] = [];
  #held = false;
  /** Of the database itself: nothing but a checkpoint writes to it. Closed last, for closing it gives up SQLite's lock. */
  readonly #main: number;
  #state: { size: number; header: string };
  /** Nothing was written since `#state` was read. */
  #isSettled = true;

  constructor(dataDir: string) {
    ({ raw: this.raw, log: this.log } = openFile(dataDir));
    this.#main = openSync(join(dataDir, 'data.sqlite'), 'r');
    this.#state = this.#readState();
    this.#files = FILES.map((name) => join(dataDir, name)).map((path) => ({ path, id: idOf(path) }));
    this.#idle = setTimeout(() => this.checkpoint(), IDLE_CHECKPOINT_MS).unref();
    this.#look = setInterval(() => this.#lookIdly(), LOOK_MS).unref();
  }

  /** The cached statement of this text; rows come back as arrays. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.raw.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  get(sql: string, ...params: SQLInputValue[]): Row | undefined {
    try {
      return this.prepare(sql).get(...params) as unknown as Row | undefined;
    } catch (error) {
      throw typed(error);
    }
  }

  all(sql: string, ...params: SQLInputValue[]): Row[] {
    try {
      return this.prepare(sql).all(...params) as unknown as Row[];
    } catch (error) {
      throw typed(error);
    }
  }

  run(
    sql: string,
    ...params: SQLInputValue[]
  ): { changes: number | bigint; lastInsertRowid: number | bigint } {
    this.#isSettled = false;
    try {
      return this.prepare(sql).run(...params);
    } catch (error) {
      throw typed(error);
    }
  }

  /** Statements that are run once, such as DDL. */
  exec(sql: string): void {
    this.#isSettled = false;
    this.raw.exec(sql);
  }

  /** False after an error means that SQLite has rolled the whole transaction back by itself. */
  get isTransaction(): boolean {
    return this.raw.isTransaction;
  }

  begin(): void {
    this.#forget();
    this.run('BEGIN IMMEDIATE');
  }

  /** Durable when it returns. */
  commit(): void {
    this.commitToLog();
    this.log.now();
  }

  /** Visible to every read, but not on disk yet. Throws GoneError when what is written would reach nobody's data. */
  commitToLog(): void {
    this.late?.write();
    this.#requireFiles();
    this.run('COMMIT');
    this.#forget();
    this.#idle.refresh();
  }

  /** Runs writes in the open transaction, or durably in one of their own. */
  within(write: () => void): void {
    if (this.isTransaction) return write();
    this.begin();
    try {
      write();
      this.commit();
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Rolls back whatever is open; does nothing when nothing is. */
  rollback(): void {
    this.#forget();
    if (this.raw.isTransaction) this.run('ROLLBACK');
  }

  savepoint(name: string): void {
    this.#savepoints.push({ name, mark: this.late?.mark() });
    this.run(`SAVEPOINT ${name}`);
  }

  release(name: string): void {
    this.run(`RELEASE ${name}`);
    this.#leave(name);
  }

  rollbackTo(name: string): void {
    this.run(`ROLLBACK TO ${name}`);
    this.run(`RELEASE ${name}`);
    const mark = this.#leave(name);
    if (mark !== undefined) this.late?.backTo(mark);
  }

  /** Those within are left with it: whoever was in them may have been cut. */
  #leave(name: string): object | undefined {
    const at = this.#savepoints.findLastIndex((savepoint) => savepoint.name === name);
    return at === -1 ? undefined : this.#savepoints.splice(at)[0]!.mark;
  }

  #forget(): void {
    this.#savepoints = [];
    this.late?.clear();
  }

  /** Moves the log into the database while nobody waits for us. */
  checkpoint(): void {
    if (!this.raw.isOpen || this.raw.isTransaction || this.#held) return;
    try {
      this.#requireFiles();
      this.get('PRAGMA wal_checkpoint(PASSIVE)');
      this.#state = this.#readState();
      this.#isSettled = true;
    } catch (error) {
      this.onIdleFailure(error);
    }
  }

  /**
   * Moves the whole log into the database file and leaves that file untouched until the answer is called: all the while it
   * is the state of one commit, for a backup to copy. New commits go to the log. Outside of any transaction.
   */
  holdCheckpoints(): () => void {
    if (this.#held) throw new HttpError(409, 'BackupRunning', 'A backup is being made already.');
    try {
      const [busy] = this.get('PRAGMA wal_checkpoint(TRUNCATE)')!;
      if (busy !== 0) throw new Error('The log could not be moved into the database.');
    } catch (error) {
      if (sqliteFailure(error) === null) throw error;
      this.onIdleFailure(error);
      throw new HttpError(
        503,
        'CheckpointFailed',
        'The data could not be brought into one file: is the disk full?',
      );
    }
    this.#held = true;
    this.exec('PRAGMA wal_autocheckpoint=0');
    return () => {
      if (!this.#held || !this.raw.isOpen) return;
      this.#held = false;
      this.exec(`PRAGMA wal_autocheckpoint=${AUTOCHECKPOINT_PAGES}`);
      this.#idle.refresh();
    };
  }

  #lookIdly(): void {
    if (!this.raw.isOpen) return;
    try {
      this.#requireFiles();
      if (this.#isSettled && !this.#held && this.#readState().header !== this.#state.header) this.#sayGone(0);
    } catch (error) {
      this.onIdleFailure(error);
    }
  }

  #requireFiles(): void {
    const gone = this.#files.findIndex(({ path, id }) => idOf(path) !== id);
    if (gone !== -1) this.#sayGone(gone);
    // It never shrinks by itself: somebody wrote another over it.
    if (fstatSync(this.#main).size < this.#state.size) this.#sayGone(0);
  }

  #readState(): { size: number; header: string } {
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(this.#main, header, 0, HEADER_BYTES, 0);
    return { size: fstatSync(this.#main).size, header: header.toString('base64') };
  }

  #sayGone(file: number): never {
    // Said once.
    clearTimeout(this.#idle);
    clearInterval(this.#look);
    throw new GoneError(this.#files[file]!.path);
  }

  close(): void {
    clearTimeout(this.#idle);
    clearInterval(this.#look);
    if (!this.raw.isOpen) return;
    this.rollback();
    this.#statements.clear();
    this.log.close();
    this.raw.close();
    closeSync(this.#main);
  }
}

/** Which file a path leads to now; null when there is none. */
function idOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}/${found.ino}`;
}

/**
 * What is said of a search table whose definition, which is text in the file, is not the one we wrote. SQLite has words
 * only for it: its code is that of every bad statement.
 */
const DEFINITION =
  /^(no such module|no such tokenizer|unrecognized option|vtable constructor failed|error in tokenizer)/;

/** What SQLite itself finds damaged has the same type as what we find. */
function typed(error: unknown): unknown {
  if (error instanceof CorruptionError) return error;
  const failure = sqliteFailure(error);
  const { message } = error as Error;
  return failure === 'corrupt' || (failure === 'other' && DEFINITION.test(message))
    ? new CorruptionError(message, { cause: error })
    : error;
}

function openFile(dataDir: string): { raw: DatabaseSync; log: LogSync } {
  let db: DatabaseSync | null = null;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    db = new DatabaseSync(join(dataDir, 'data.sqlite'), { timeout: 0 });
    db.exec('PRAGMA locking_mode=EXCLUSIVE');
    db.exec('PRAGMA journal_mode=WAL');
    // FULL but for one thing: the log of a COMMIT is synced by ourselves, before anybody hears of it.
    db.exec('PRAGMA synchronous=NORMAL');
    db.exec(`PRAGMA wal_autocheckpoint=${AUTOCHECKPOINT_PAGES}`);
    db.exec('PRAGMA journal_size_limit=67108864');
    db.exec('PRAGMA cache_size=-65536');
    db.exec('PRAGMA temp_store=MEMORY');
    db.exec('PRAGMA cell_size_check=ON');
    // The first write transaction takes the lock for good.
    db.exec('BEGIN IMMEDIATE; COMMIT');
    return { raw: db, log: new LogSync(join(dataDir, 'data.sqlite-wal')) };
  } catch (error) {
    if (db?.isOpen) db.close();
    throw openError(dataDir, error);
  }
}

/** What failed on the way to a running engine: the operator's sentence where it was the disk, anything else as it is. */
export function startFailure(dataDir: string, error: unknown): unknown {
  const failure = sqliteFailure(error);
  const ofTheDisk = error instanceof CommitError || (failure !== null && failure !== 'other');
  return ofTheDisk ? openError(dataDir, error) : error;
}

/** The operator's sentence for a data folder that does not open. */
export function openError(dataDir: string, error: unknown): unknown {
  if (error instanceof OpenError) return error;
  const cause = { cause: error };
  switch (sqliteFailure(error)) {
    case 'busy':
      return new OpenError(
        'IN_USE',
        `The data folder ${dataDir} is in use by another running engine: stop that one first, or choose another folder with --data.`,
        cause,
      );
    case 'corrupt':
      return new OpenError(
        'DAMAGED',
        `The database in ${dataDir} is damaged: restore the folder from a backup; nothing was changed.`,
        cause,
      );
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return new OpenError('UNUSABLE', `The data folder ${dataDir} cannot be opened (${reason}).`, cause);
    }
  }
}
