/**
 * Updates on their way to the bot's webhook (core.telegram.org/bots/api, setWebhook): until it is answered with 2xx each is tried
 * again, longer and longer after; so many at once as it allows, in no promised order. Kept for a day.
 */
import type { KeptState } from './bot.ts';
import type { Disorder } from './options.ts';

export interface Delivered {
  updateId: number;
  kind: string;
  status: number | 'silence';
  at: number;
}

interface Waiting {
  id: number;
  kind: string;
  body: string;
  tries: number;
  madeAt: number;
}

const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
const keptMs = 86_400_000;

export class Updates {
  readonly log: Delivered[] = [];
  readonly #state: () => KeptState;
  readonly #settings: { retryScale: number; disorder: Disorder; now: () => number };
  readonly #pending = new Set<Waiting>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #underWay = 0;
  #isStopped = false;

  constructor(
    state: () => KeptState,
    settings: { retryScale: number; disorder: Disorder; now: () => number },
  ) {
    this.#state = state;
    this.#settings = settings;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  add(kind: string, payload: object): void {
    const state = this.#state();
    const { allowed = null } = state.webhook ?? {};
    // By default all but these, and else what is named.
    if (allowed === null || allowed.length === 0 ? kind === 'message_reaction' : !allowed.includes(kind))
      return;
    const id = ++state.lastUpdateId;
    const body = JSON.stringify({ update_id: id, [kind]: payload });
    const { copies = 1, delayMs = 0 } = this.#settings.disorder;
    for (let copy = 0; copy < copies; copy++) {
      const waiting = { id, kind, body, tries: 0, madeAt: this.#settings.now() };
      this.#pending.add(waiting);
      this.#after(Math.random() * delayMs, waiting);
    }
  }

  /** The webhook has been set: what waits is tried now. */
  wake(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const waiting of this.#pending) this.#after(0, waiting);
  }

  drop(): void {
    this.#pending.clear();
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #after(ms: number, waiting: Waiting): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#try(waiting);
    }, ms);
    this.#timers.add(timer);
  }

  async #try(waiting: Waiting): Promise<void> {
    const { webhook } = this.#state();
    if (this.#isStopped || webhook === null || !this.#pending.has(waiting)) return;
    const { retryScale, now } = this.#settings;
    if (now() - waiting.madeAt > keptMs) return void this.#pending.delete(waiting);
    if (this.#underWay >= webhook.connections) return this.#after(5, waiting);
    this.#underWay++;
    const status = await post(webhook.url, webhook.secret, waiting.body);
    this.#underWay--;
    const { id: updateId, kind } = waiting;
    this.log.push({ updateId, kind, status, at: now() });
    if (typeof status === 'number' && status >= 200 && status < 300) {
      this.#pending.delete(waiting);
      return;
    }
    webhook.lastErrorAt = Math.floor(now() / 1_000);
    webhook.lastError =
      status === 'silence' ? 'Connection refused' : `Wrong response from the webhook: ${status}`;
    const wait = Math.min(firstWaitMs * 2 ** waiting.tries++, longestWaitMs) * retryScale;
    if (!this.#isStopped) this.#after(wait, waiting);
  }
}

async function post(url: string, secret: string, body: string): Promise<number | 'silence'> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(secret === '' ? {} : { 'X-Telegram-Bot-Api-Secret-Token': secret }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 'silence';
  }
}
