/**
 * HTTP actions under way, by whose credential: one caller's flood waits outside (H15), and of what is inside few are served at a time
 * (H26), so that nobody else stands behind it.
 */
import type { IncomingMessage } from 'node:http';
import { EDGES } from '../values/edges.ts';
import { HttpError } from '../values/errors.ts';
import { Lines } from './lines.ts';

const MOST = EDGES.actionsUnderWay.most;
/** What is slower than this waits for somebody else. */
const HOLDS_MS = 250;

export class UnderWay {
  readonly #of = new Map<string, number>();
  readonly #lines = new Lines({
    most: EDGES.actionsServed.most,
    mostBesideOthers: EDGES.actionsBesideOthers.most,
    holdsMs: HOLDS_MS,
  });
  readonly #knows: (credential: string) => boolean;

  /** `knows`: for whom others make room. Anybody can invent a credential a second. */
  constructor(knows: (credential: string) => boolean) {
    this.#knows = knows;
  }

  /** Runs it, or throws HttpError 429 when the request's `Authorization` has as many under way as it may. */
  async run<T>({ headers }: IncomingMessage, run: (served: Served) => Promise<T>): Promise<T> {
    const { authorization: credential } = headers;
    if (credential === undefined) return run((work) => work());
    const others = this.#of.get(credential) ?? 0;
    if (others >= MOST) throw new HttpError(429, 'TooManyAtOnce', `At most ${MOST} are served at once.`);
    this.#of.set(credential, others + 1);
    if (this.#knows(credential)) this.#lines.heard(credential);
    try {
      return await run((work) => this.#lines.run(credential, work));
    } finally {
      const left = this.#of.get(credential)! - 1;
      if (left === 0) this.#of.delete(credential);
      else this.#of.set(credential, left);
    }
  }
}

/** Does the work when it is this caller's turn. */
type Served = <T>(work: () => Promise<T>) => Promise<T>;
