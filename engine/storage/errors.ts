/**
 * What can go wrong below the documents, sorted by who has to act.
 *
 *   full        the disk (or page limit) is full: this transaction is lost, the next one may succeed; so may a later checkpoint
 *   corrupt     the file does not hold what was written: the answer is a typed error, never a guess
 *   busy        another process owns the data folder
 *   fatal       a write or fsync failed: what is on disk is unknown, the process must stop and recover from the log
 *   other       a bug of the engine (a constraint, a bad statement)
 */

export type SqliteFailure = 'full' | 'corrupt' | 'busy' | 'fatal' | 'other';

const PRIMARY: Record<number, SqliteFailure> = {
  5: 'busy',
  6: 'busy',
  7: 'fatal', // NOMEM
  8: 'fatal', // READONLY
  10: 'fatal', // IOERR
  11: 'corrupt',
  13: 'full',
  14: 'fatal', // CANTOPEN
  26: 'corrupt', // NOTADB
};

/**
 * A checkpoint that could not cut the file to its length has lost nothing: everything is in the log still, and the next one
 * tries again. A file system that copies on write may have no space even for that.
 */
const IOERR_TRUNCATE = 1546;

/** Classifies an error thrown by node:sqlite, by our own sync of its log or look at its files; null when it is neither. */
export function sqliteFailure(error: unknown): SqliteFailure | null {
  if (error instanceof SyncError || error instanceof GoneError) return 'fatal';
  if (error instanceof CorruptionError) return 'corrupt';
  if (!(error instanceof Error) || (error as { code?: unknown }).code !== 'ERR_SQLITE_ERROR') return null;
  const errcode = (error as { errcode?: number }).errcode ?? 0;
  return errcode === IOERR_TRUNCATE ? 'full' : (PRIMARY[errcode & 0xff] ?? 'other');
}

/** Stored bytes are not what was written. Nothing of the damaged row was served. */
export class CorruptionError extends Error {
  override readonly name = 'CorruptionError';
  readonly code = 'DATA_CORRUPTION';
  /** What is damaged, for lists of findings. */
  readonly what: string;

  constructor(what: string, options?: ErrorOptions) {
    super(
      `The database is damaged (${what}). Stop the engine and restore the data folder from a backup.`,
      options,
    );
    this.what = what;
  }
}

/** The log could not be brought to the disk: what of it is there is unknown. */
export class SyncError extends Error {
  override readonly name = 'SyncError';

  /** `code`: what the system answered, such as EIO. */
  constructor(code: string, options?: ErrorOptions) {
    super(`The log could not be brought to the disk (${code}).`, options);
  }
}

/** The files that are open are not those of the folder any more: what is written reaches nobody's data. */
export class GoneError extends Error {
  override readonly name = 'GoneError';

  constructor(file: string) {
    super(`${file} was removed, replaced, overwritten or moved away while the engine was using it.`);
  }
}

/** The data folder cannot be opened; the message is one sentence for the operator. */
export class OpenError extends Error {
  override readonly name = 'OpenError';
  readonly code: 'IN_USE' | 'DAMAGED' | 'NEWER' | 'UNUSABLE';

  constructor(code: OpenError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
