/**
 * Delivers events to endpoints as Svix does: each signed, at least once, in no promised order, tried again by a schedule
 * until an endpoint answers 2xx. On top of that the disorder that was asked for: repeats, delays, deliveries that must
 * be refused. What each endpoint was sent, and what it answered, is kept: the event log of the API.
 */
import { newAttemptId, newEventId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../options.ts';
import type { Random } from '../random.ts';
import type { Work } from '../work.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { malform, malformedKinds } from './malformed.ts';
import { Poster } from './post.ts';
import { signedHeaders } from './sign.ts';

interface Attempt {
  id: string;
  status: number;
  response: string;
  sentAt: number;
}

export interface EventMessage {
  /** `svix-id`, the same at every try. */
  id: string;
  endpointId: string;
  type: string;
  createdAt: number;
  /** The bytes that are signed, the same at every try. */
  payload: string;
  status: 'pending' | 'attempting' | 'success' | 'failed';
  nextAttemptAt: number | null;
  attempts: Attempt[];
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
  readonly #messages = new Map<string, EventMessage>();
  readonly #setting: Setting;
  readonly #poster: Poster;

  constructor(setting: Setting) {
    this.#setting = setting;
    const { parallelWebhooks, webhookTimeoutMs } = setting.settings;
    this.#poster = new Poster(parallelWebhooks, webhookTimeoutMs);
  }

  /** One message for each endpoint that wants this kind. */
  publish(type: string, data: Record<string, unknown>): EventMessage[] {
    const { endpoints, settings } = this.#setting;
    const now = settings.now();
    const payload = JSON.stringify({ type, created_at: new Date(now).toISOString(), data });
    return endpoints.for(type).map((endpoint) => {
      const message: EventMessage = {
        id: newEventId(),
        endpointId: endpoint.id,
        type,
        createdAt: now,
        payload,
        status: 'pending',
        nextAttemptAt: now,
        attempts: [],
      };
      this.#messages.set(message.id, message);
      this.#begin(endpoint, message);
      return message;
    });
  }

  /** Newest first. */
  list(endpointId: string): EventMessage[] {
    return [...this.#messages.values()].filter((each) => each.endpointId === endpointId).toReversed();
  }

  get(endpointId: string, id: string): EventMessage | null {
    const message = this.#messages.get(id);
    return message?.endpointId === endpointId ? message : null;
  }

  /** Sends it once more, whatever became of it. */
  replay(endpoint: Endpoint, message: EventMessage): void {
    this.#later(0, () => this.#try(endpoint, message, retrySchedule.length));
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
    const { endpoints, settings } = this.#setting;
    if (endpoints.get(endpoint.id) === null || endpoint.status === 'disabled') return;
    message.status = 'attempting';
    const isTaken = await this.#send(endpoint, message, null);
    const wait = retrySchedule[failures];
    if (isTaken) {
      message.status = 'success';
      message.nextAttemptAt = null;
    } else if (wait === undefined) {
      message.status = 'failed';
      message.nextAttemptAt = null;
    } else {
      const ms = wait * settings.retryScale;
      message.status = 'pending';
      message.nextAttemptAt = settings.now() + ms;
      this.#later(ms, () => this.#try(endpoint, message, failures + 1));
    }
  }

  /** A fresh time and signature, the same id and bytes. */
  async #send(endpoint: Endpoint, message: EventMessage, flaw: string | null): Promise<boolean> {
    const { endpoints } = this.#setting;
    const secrets = endpoints.secretsOf(endpoint);
    const headers = signedHeaders(secrets, message.id, this.#seconds(), message.payload);
    return this.#deliver(endpoint, message, { headers, body: message.payload, flaw });
  }

  async #sendMalformed(
    endpoint: Endpoint,
    message: EventMessage,
    kind: (typeof malformedKinds)[number],
  ): Promise<void> {
    const secrets = this.#setting.endpoints.secretsOf(endpoint);
    const spoilt = malform(kind, {
      secrets,
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
    const reply = await this.#poster.post(endpoint, headers, body);
    log.deliveries.push({ at, id: message.id, type: message.type, flaw, status: reply?.status ?? null });
    message.attempts.push({
      id: newAttemptId(),
      status: reply?.status ?? 0,
      response: reply?.text ?? '',
      sentAt: at,
    });
    return reply !== null && reply.status >= 200 && reply.status < 300;
  }

  #seconds(): number {
    return Math.floor(this.#setting.settings.now() / second);
  }
}
