/**
 * What happened, for tests: every request with what became of it, and every mail that was accepted, once, whatever the
 * repeats of its key. "Exactly once, in order" is read from `accepted`.
 */
import type { FaultKind } from './faults.ts';
import type { SendBody } from './mail/sendBody.ts';

export interface LoggedRequest {
  at: number;
  method: string;
  path: string;
  idempotencyKey: string | null;
  /** SHA-256 of the body's bytes, hex: retries that should be byte-equal are. */
  bodySha256: string;
  /** What the client saw: a status with the name of its error, or nothing. */
  outcome: { status: number; name?: string } | 'reset' | 'silence';
  fault: FaultKind | null;
  /** The mail it made, or that it found made by its key. */
  emailId: string | null;
  /** It found the mail made by its key. */
  isReplay: boolean;
}

export interface Accepted {
  at: number;
  emailId: string;
  messageId: string;
  idempotencyKey: string | null;
  body: SendBody;
  bodySha256: string;
}

/** One delivery of a webhook. */
export interface LoggedDelivery {
  at: number;
  /** `svix-id`. */
  id: string;
  type: string;
  /** `copy`: sent again without need; otherwise what is wrong with it, and null for a proper one. */
  flaw: string | null;
  /** Null: no answer. */
  status: number | null;
}

export class Log {
  readonly requests: LoggedRequest[] = [];
  readonly accepted: Accepted[] = [];
  readonly deliveries: LoggedDelivery[] = [];

  /** The accepted mails to an address, in the order of their acceptance. */
  acceptedFor(address: string): Accepted[] {
    const wanted = address.toLowerCase();
    return this.accepted.filter(({ body }) =>
      [...body.to, ...body.cc, ...body.bcc].some((each) => each.address === wanted),
    );
  }

  /** Deliveries that had to be refused and were not. */
  wronglyTaken(): LoggedDelivery[] {
    return this.deliveries.filter(
      ({ flaw, status }) => flaw !== null && flaw !== 'copy' && status !== null && status < 300,
    );
  }
}
