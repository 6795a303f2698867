/** What happened, for tests: every request with what became of it, every message that was accepted, and every webhook. */
import type { FaultKind } from '../resend/faults.ts';

export interface LoggedRequest {
  at: number;
  method: string;
  path: string;
  body: string;
  /** What the client saw: a status with the code of its error, or nothing. */
  outcome: { status: number; code?: number } | 'reset' | 'silence';
  fault: FaultKind | null;
}

export interface Accepted {
  at: number;
  /** The id of the message. */
  id: string;
  /** The person it went to: by number, else by user id. */
  to: string;
  body: Record<string, unknown>;
}

export interface LoggedDelivery {
  at: number;
  body: string;
  /** `copy`: sent again without need; otherwise what is wrong with it, and null for a proper one. */
  flaw: string | null;
  /** Null: no answer. */
  status: number | null;
}

export class Log {
  readonly requests: LoggedRequest[] = [];
  readonly accepted: Accepted[] = [];
  readonly deliveries: LoggedDelivery[] = [];

  /** Deliveries that had to be refused and were not. */
  wronglyTaken(): LoggedDelivery[] {
    return this.deliveries.filter(
      ({ flaw, status }) => flaw !== null && flaw !== 'copy' && status !== null && status < 300,
    );
  }
}
