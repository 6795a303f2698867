// Exactly-once mutations: what a client's session request was answered, kept in the transaction that made it true.

import type { Database } from './database.ts';

export interface SessionRequest {
  /** Commit timestamp of the mutation. */
  ts: bigint;
  /** Convex JSON text of the result. */
  result: string;
  logLines: string[];
}

export class SessionRequests {
  private readonly db: Database;
  private readonly now: () => number;

  constructor(db: Database, now: () => number) {
    this.db = db;
    this.now = now;
  }

  get(sessionId: string, requestId: number): SessionRequest | null {
    const row = this.db.get(
      'SELECT CAST(ts AS TEXT), result, log_lines FROM session_requests WHERE session_id = ? AND request_id = ?',
      sessionId,
      requestId,
    );
    if (row === undefined) return null;
    const [ts, result, logLines] = row as [string, string, string];
    return { ts: BigInt(ts), result, logLines: JSON.parse(logLines) as string[] };
  }

  /** Inside the mutation's own transaction only. */
  put(sessionId: string, requestId: number, request: SessionRequest): void {
    this.db.run(
      'INSERT INTO session_requests (session_id, request_id, ts, created_ms, result, log_lines) VALUES (?, ?, ?, ?, ?, ?)',
      sessionId,
      requestId,
      request.ts,
      Math.floor(this.now()),
      request.result,
      JSON.stringify(request.logLines),
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
