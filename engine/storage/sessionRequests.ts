// Exactly-once mutations: what a client's session request was answered, kept in the transaction that made it true.

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

const COLUMNS = 'session_id, request_id, CAST(ts AS TEXT), created_ms, result, log_lines, crc';

export class SessionRequests {
  private readonly db: Database;
  private readonly now: () => number;

  constructor(db: Database, now: () => number) {
    this.db = db;
    this.now = now;
  }

  get(sessionId: string, requestId: number): SessionRequest | null {
    const row = this.db.get(
      `SELECT ${COLUMNS} FROM session_requests WHERE session_id = ? AND request_id = ?`,
      sessionId,
      requestId,
    );
    return row === undefined ? null : verified(row);
  }

  /** Reads every row; throws CorruptionError at the first that is not what was written. */
  check(): void {
    for (let rows = this.after('', -1); rows.length > 0;) {
      rows.forEach(verified);
      const [sessionId, requestId] = rows.at(-1) as [string, number];
      rows = this.after(sessionId, requestId);
    }
  }

  private after(sessionId: string, requestId: number): unknown[][] {
    return this.db.all(
      `SELECT ${COLUMNS} FROM session_requests WHERE (session_id, request_id) > (?, ?) ORDER BY session_id, request_id LIMIT 500`,
      sessionId,
      requestId,
    );
  }

  /** Inside the mutation's own transaction only. */
  put(sessionId: string, requestId: number, request: SessionRequest): void {
    const createdMs = Math.floor(this.now());
    const { ts, result } = request;
    const logLines = JSON.stringify(request.logLines);
    this.db.run(
      'INSERT INTO session_requests (session_id, request_id, ts, created_ms, result, log_lines, crc) VALUES (?, ?, ?, ?, ?, ?, ?)',
      sessionId,
      requestId,
      ts,
      createdMs,
      result,
      logLines,
      checksumOf(sessionId, requestId, String(ts), createdMs, result, logLines),
    );
  }

  /** Forgets at most `limit` answers older than `olderThanMs`; the number forgotten. */
  gc(olderThanMs: number, limit = 1000): number {
    const before = Math.floor(this.now()) - olderThanMs;
    const rows = this.db.all(
      'SELECT session_id, request_id FROM session_requests WHERE created_ms < ? LIMIT ?',
      before,
      limit,
    );
    for (const [sessionId, requestId] of rows) {
      this.db.run(
        'DELETE FROM session_requests WHERE session_id = ? AND request_id = ?',
        sessionId!,
        requestId!,
      );
    }
    return rows.length;
  }
}

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
    throw new CorruptionError('the record of a session request');
  return { ts: BigInt(ts), result, logLines: JSON.parse(logLines) as string[] };
}
