/**
 * Faults on demand: what a provider that is down, or a network that breaks, looks like from outside. Each says whether
 * the request was carried out: that is what a sender cannot know after a timeout or a reset.
 */
import type { Random } from './random.ts';

export type FaultKind =
  /** 500 `application_error`, not carried out. */
  | 'error'
  /** 502 with a page of HTML, not carried out. */
  | 'html'
  /** 429 `rate_limit_exceeded` with `retry-after`, not carried out. */
  | 'limited'
  /** The bytes are taken, nothing is done, no answer comes. */
  | 'silentBefore'
  /** The bytes are taken, the request is carried out, no answer comes. */
  | 'silentAfter'
  /** The connection is reset before the body is read. */
  | 'resetAtOnce'
  /** The bytes are taken, then the connection is reset before anything was done. */
  | 'resetBefore'
  /** The request is carried out, then the connection is reset. */
  | 'resetAfter'
  /** 500, although the request was carried out. */
  | 'errorAfter'
  /** Carried out and answered, after `ms`. Meanwhile its idempotency key is in use. */
  | 'slow';

export interface Fault {
  kind: FaultKind;
  /** From when, and how long, in milliseconds after it was set; from now and until ended unless told. */
  afterMs?: number;
  forMs?: number;
  /** Only the first so many requests that it meets. */
  times?: number;
  /** The share of requests it meets, 0 to 1. */
  share?: number;
  /** Every request of the API, reads too: an outage. */
  everywhere?: true;
  /** Only these, by path and what was sent. Sends unless told. */
  method?: string;
  path?: RegExp;
  match?: (request: { path: string; idempotencyKey: string | null; body: string }) => boolean;
  /** Of `limited`, in seconds. */
  retryAfter?: number;
  /** Of `slow`. */
  ms?: number;
}

export type Faults = readonly Fault[];

interface Active extends Fault {
  from: number;
  until: number;
  left: number;
}

export class FaultBoard {
  #active: Active[] = [];
  readonly #now: () => number;
  readonly #random: Random;

  constructor(now: () => number, random: Random) {
    this.#now = now;
    this.#random = random;
  }

  /** Sets them beside those that are set; the answer ends them. */
  set(faults: Faults): () => void {
    const now = this.#now();
    const added = faults.map((fault) => {
      const from = now + (fault.afterMs ?? 0);
      return { ...fault, from, until: from + (fault.forMs ?? Infinity), left: fault.times ?? Infinity };
    });
    this.#active.push(...added);
    return () => {
      this.#active = this.#active.filter((each) => !added.includes(each));
    };
  }

  /** The fault that meets this request, if any: the first set that fits. Before its body is read that is `resetAtOnce`. */
  meet(
    request: { method: string; path: string; idempotencyKey: string | null; body: string },
    isBeforeBody = false,
  ): Fault | null {
    const now = this.#now();
    this.#active = this.#active.filter(({ until, left }) => now < until && left > 0);
    const fault = this.#active.find(
      ({ kind, from, everywhere = false, method = 'POST', path = /^\/emails$/, match, share = 1 }) =>
        (kind === 'resetAtOnce') === isBeforeBody &&
        from <= now &&
        (everywhere || (method === request.method && path.test(request.path))) &&
        (match?.(request) ?? true) &&
        (share >= 1 || this.#random.chance(share)),
    );
    if (fault) fault.left--;
    return fault ?? null;
  }
}
