/**
 * Exactly-once mutations: what a client's session request was answered, kept in the transaction that made it true.
 *
 * Answers are written twice. First one after another (`recent_requests`), as many callers at once would otherwise write a page
 * each, a third of what a small mutation writes; then, a thousand at a time and sorted, to where they are found by their
 * key. The recent ones are found through memory, which only says where to look: what stands there is compared, so an entry
 * of a mutation that was undone does no harm. One must never be missing: after a rollback the table is read anew.
 */
import { checksumOf } from './checksum.ts';
import type { Database } from './database.ts';
import { CorruptionError } from './errors.ts';

export interface SessionRequest {
  /** Commit timestamp of the mutation. */
  ts: bigint;
  /** Convex JSON text of the result. */
  result: string;
  logLines: string[];
}

const FIELDS = 'session_id, request_id, ts, created_ms, result, log_lines, crc';
const COLUMNS = 'session_id, request_id, CAST(ts AS TEXT), created_ms, result, log_lines, crc';
const FULL = 1_024;

export class SessionRequests {
  readonly #db: Database;
  readonly #now: () => number;
  /** Places of recent answers, by session and request; null when they have to be read. */
  #recent: Map<string, Map<number, number>> | null = null;
  #lastPlace = 0;
  #recentCount = 0;
  #fullAt = FULL;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  get(sessionId: string, requestId: number): SessionRequest | null {
    return this.#getRecent(sessionId, requestId) ?? this.#getSettled(sessionId, requestId);
  }

  /** Inside the mutation's own transaction only. */
  put(sessionId: string, requestId: number, request: SessionRequest): void {
    const known = this.#known();
    const createdMs = Math.floor(this.#now());
    const { ts, result } = request;
    const logLines = JSON.stringify(request.logLines);
    const place = ++this.#lastPlace;
    this.#db.run(
      `INSERT INTO recent_requests (rowid, place, ${FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      place,
      place,
      sessionId,
      requestId,
      ts,
      createdMs,
      result,
      logLines,
      checksumOf(sessionId, requestId, String(ts), createdMs, result, logLines),
    );
    this.#note(known, sessionId, requestId, place);
  }

  /** Whether `settle` should be called soon. */
  get isFull(): boolean {
    return this.#recentCount >= this.#fullAt;
  }

  /** Moves the recent answers to where they stay. Inside a transaction of its own. */
  settle(): void {
    this.#recent = null;
    // A disk that has no room for this now is not asked again at every commit.
    this.#fullAt = this.#recentCount + FULL;
    this.#db.run(
      `INSERT INTO session_requests (${FIELDS}) SELECT ${FIELDS} FROM recent_requests ORDER BY session_id, request_id`,
    );
    this.#db.run('DELETE FROM recent_requests');
    this.#recentCount = 0;
    this.#fullAt = FULL;
  }

  /** A transaction is gone, and what it wrote or moved is back where it was. */
  rolledBack(): void {
    this.#recent = null;
  }

  /** Reads every row; throws CorruptionError at the first that is not what was written. */
  check(): void {
    this.#recentRows();
    for (let rows = this.#after('', -1); rows.length > 0;) {
      rows.forEach(verified);
      const [sessionId, requestId] = rows.at(-1) as [string, number];
      rows = this.#after(sessionId, requestId);
    }
  }

  #getRecent(sessionId: string, requestId: number): SessionRequest | null {
    const place = this.#known().get(sessionId)?.get(requestId);
    if (place === undefined) return null;
    const row = this.#db.get(`SELECT ${COLUMNS}, rowid, place FROM recent_requests WHERE rowid = ?`, place);
    const request = row === undefined ? null : verifiedRecent(row);
    if (request !== null && row![0] === sessionId && row![1] === requestId) return request;
    // What was noted there was undone; or the row is there, but not where the table says that it is.
    this.#recent = null;
    if (this.#known().get(sessionId)?.has(requestId)) throw damaged();
    return null;
  }

  #getSettled(sessionId: string, requestId: number): SessionRequest | null {
    const row = this.#db.get(
      `SELECT ${COLUMNS} FROM session_requests WHERE session_id = ? AND request_id = ?`,
      sessionId,
      requestId,
    );
    return row === undefined ? null : verified(row);
  }

  #known(): Map<string, Map<number, number>> {
    if (this.#recent !== null) return this.#recent;
    const known = new Map<string, Map<number, number>>();
    this.#recentCount = 0;
    for (const row of this.#recentRows())
      this.#note(known, row[0] as string, row[1] as number, row[7] as number);
    return (this.#recent = known);
  }

  #recentRows(): unknown[][] {
    const rows = this.#db.all(`SELECT ${COLUMNS}, rowid, place FROM recent_requests ORDER BY rowid`);
    rows.forEach(verifiedRecent);
    this.#lastPlace = Math.max(this.#lastPlace, (rows.at(-1)?.[7] as number | undefined) ?? 0);
    return rows;
  }

  #note(known: Map<string, Map<number, number>>, sessionId: string, requestId: number, place: number): void {
    const ofSession = known.get(sessionId);
    if (ofSession === undefined) known.set(sessionId, new Map([[requestId, place]]));
    else ofSession.set(requestId, place);
    this.#recentCount++;
  }

  #after(sessionId: string, requestId: number): unknown[][] {
    return this.#db.all(
      `SELECT ${COLUMNS} FROM session_requests WHERE (session_id, request_id) > (?, ?) ORDER BY session_id, request_id LIMIT 500`,
      sessionId,
      requestId,
    );
  }

  /** Forgets at most `limit` settled answers older than `olderThanMs`; the number forgotten. */
  gc(olderThanMs: number, limit = 1000): number {
    const before = Math.floor(this.#now()) - olderThanMs;
    const rows = this.#db.all(
      'SELECT session_id, request_id FROM session_requests WHERE created_ms < ? LIMIT ?',
      before,
      limit,
    );
    for (const [sessionId, requestId] of rows) {
      this.#db.run(
        'DELETE FROM session_requests WHERE session_id = ? AND request_id = ?',
        sessionId!,
        requestId!,
      );
    }
    return rows.length;
  }
}

const damaged = (): CorruptionError => new CorruptionError('the record of a session request');

/** Rows of the first layout have no checksum. */
function verified(row: unknown[]): SessionRequest {
  const [sessionId, requestId, ts, createdMs, result, logLines, crc] = row as [
    string,
    number,
    string,
    number,
    string,
    string,
    number | null,
  ];
  if (crc !== null && crc !== checksumOf(sessionId, requestId, ts, createdMs, result, logLines))
    throw damaged();
  return { ts: BigInt(ts), result, logLines: JSON.parse(logLines) as string[] };
}

function verifiedRecent(row: unknown[]): SessionRequest {
  const [crc, rowid, place] = row.slice(6);
  if (crc === null || rowid !== place) throw damaged();
  return verified(row);
}
