/**
 * HTTP actions under way, by whose credential (H15): one caller's flood waits outside, and not in front of the others.
 */
import type { IncomingMessage } from 'node:http';
import { EDGES } from '../values/edges.ts';
import { HttpError } from '../values/errors.ts';

const MOST = EDGES.actionsUnderWay.most;

export class UnderWay {
  readonly #of = new Map<string, number>();

  /** Runs it, or throws HttpError 429 when the request's `Authorization` has as many under way as it may. */
  async run<T>({ headers }: IncomingMessage, run: () => Promise<T>): Promise<T> {
    const credential = headers.authorization;
    if (credential === undefined) return run();
    const others = this.#of.get(credential) ?? 0;
    if (others >= MOST) throw new HttpError(429, 'TooManyAtOnce', `At most ${MOST} are served at once.`);
    this.#of.set(credential, others + 1);
    try {
      return await run();
    } finally {
      const left = this.#of.get(credential)! - 1;
      if (left === 0) this.#of.delete(credential);
      else this.#of.set(credential, left);
    }
  }
}
