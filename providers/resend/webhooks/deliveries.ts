/**
 * Delivers events to endpoints as Svix does: each signed, at least once, in no promised order, tried again by a schedule
 * until an endpoint answers 2xx. On top of that the disorder that was asked for: repeats, delays, deliveries that must
 * be refused. What each was answered is in the log.
 */
import { newEventId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../options.ts';
import type { Random } from '../random.ts';
import type { Work } from '../work.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { malform, malformedKinds } from './malformed.ts';
import { Poster } from './post.ts';
import { signedHeaders } from './sign.ts';

interface EventMessage {
  /** `svix-id`, the same at every try. */
  id: string;
  type: string;
  /** The bytes that are signed, the same at every try. */
  payload: string;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
/** How long after a failure the next try follows: https://resend.com/docs/webhooks/retries-and-replays */
const retrySchedule: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  10 * hour,
];

interface Setting {
  settings: Settings;
  endpoints: Endpoints;
  log: Log;
  work: Work;
  random: Random;
}

export class Deliveries {
  readonly #setting: Setting;
  readonly #poster = new Poster();

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  /** One message for each endpoint that wants this kind. */
  publish(type: string, data: Record<string, unknown>): void {
    const { endpoints, settings } = this.#setting;
    const payload = JSON.stringify({ type, created_at: new Date(settings.now()).toISOString(), data });
    for (const endpoint of endpoints.for(type)) this.#begin(endpoint, { id: newEventId(), type, payload });
  }

  close(): void {
    this.#poster.close();
  }

  #begin(endpoint: Endpoint, message: EventMessage): void {
    const { random, settings } = this.#setting;
    const {
      duplicates = 0,
      most = 5,
      delayMs = 0,
      malformed = 0,
      kinds = malformedKinds,
    } = settings.disorder;
    const wait = () => (delayMs > 0 ? random.between(0, delayMs) : 0);
    if (random.chance(malformed)) {
      const kind = random.pick(kinds);
      this.#later(wait(), () => this.#sendMalformed(endpoint, message, kind));
    }
    this.#later(wait(), () => this.#try(endpoint, message, 0));
    const copies = random.chance(duplicates) ? random.between(1, Math.max(1, most - 1)) : 0;
    for (let copy = 0; copy < copies; copy++)
      this.#later(wait(), async () => {
        await this.#send(endpoint, message, 'copy');
      });
  }

  #later(ms: number, run: () => Promise<void>): void {
    this.#setting.work.later(ms, run);
  }

  async #try(endpoint: Endpoint, message: EventMessage, failures: number): Promise<void> {
    if (endpoint.status === 'disabled' || (await this.#send(endpoint, message, null))) return;
    const wait = retrySchedule[failures];
    if (wait === undefined) return;
    const { retryScale } = this.#setting.settings;
    this.#later(wait * retryScale, () => this.#try(endpoint, message, failures + 1));
  }

  /** A fresh time and signature, the same id and bytes. */
  #send(endpoint: Endpoint, message: EventMessage, flaw: string | null): Promise<boolean> {
    const headers = signedHeaders(endpoint.secret, message.id, this.#seconds(), message.payload);
    return this.#deliver(endpoint, message, { headers, body: message.payload, flaw });
  }

  async #sendMalformed(
    endpoint: Endpoint,
    message: EventMessage,
    kind: (typeof malformedKinds)[number],
  ): Promise<void> {
    const spoilt = malform(kind, {
      secret: endpoint.secret,
      id: message.id,
      timestamp: this.#seconds(),
      body: message.payload,
    });
    await this.#deliver(endpoint, message, { ...spoilt, flaw: kind });
  }

  async #deliver(
    { endpoint }: Endpoint,
    message: EventMessage,
    { headers, body, flaw }: { headers: Record<string, string>; body: string; flaw: string | null },
  ): Promise<boolean> {
    const { settings, log } = this.#setting;
    const at = settings.now();
    const status = await this.#poster.post(endpoint, headers, body);
    log.deliveries.push({ at, id: message.id, type: message.type, flaw, status });
    return status !== null && status >= 200 && status < 300;
  }

  #seconds(): number {
    return Math.floor(this.#setting.settings.now() / second);
  }
}
