/**
 * Tells the webhook as Meta does: signed, at least once, in no promised order, several things in one body where that was asked for,
 * tried again until it is taken. On top of that the disorder that was asked for. What each was answered is in the log.
 */
import type { Random } from '../../resend/random.ts';
import { Poster } from '../../resend/webhooks/post.ts';
import type { Work } from '../../resend/work.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../options.ts';
import { malform, malformedKinds } from './malformed.ts';
import { escapeUnicode, sign } from './sign.ts';

export interface Webhook {
  url: string;
  verifyToken: string;
}

interface Change {
  field: string;
  value: object;
}

const second = 1_000;
/** After a failure: for up to seven days, less and less often (Meta, webhooks). */
const retrySchedule: readonly number[] = [5, 30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600].map(
  (s) => s * second,
);

interface Setting {
  settings: Settings;
  log: Log;
  work: Work;
  random: Random;
}

export class Deliveries {
  webhook: Webhook | null = null;
  readonly #setting: Setting;
  readonly #poster = new Poster();
  #pending: Change[] = [];

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  publish(field: string, value: object): void {
    const { random, settings, work } = this.#setting;
    const { batch = 1, delayMs = 0 } = settings.disorder;
    this.#pending.push({ field, value });
    const wait = delayMs > 0 ? random.between(0, delayMs) : 0;
    work.later(wait, () => {
      const [first, ...others] = this.#pending;
      if (first === undefined) return;
      const count = batch > 1 ? random.between(1, batch) : 1;
      const taken = [first, ...others.slice(0, count - 1)];
      this.#pending = others.slice(count - 1);
      this.#begin(taken);
      // What a smaller batch left has its own timer, or gets one.
    });
  }

  close(): void {
    this.#poster.close();
  }

  #begin(changes: Change[]): void {
    const { random, settings, work } = this.#setting;
    const {
      duplicates = 0,
      most = 5,
      delayMs = 0,
      malformed = 0,
      kinds = malformedKinds,
    } = settings.disorder;
    const entry = changes.map((change) => ({
      id: settings.accountId,
      time: Math.floor(settings.now() / second),
      changes: [change],
    }));
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry });
    const wait = () => (delayMs > 0 ? random.between(0, delayMs) : 0);
    if (random.chance(malformed)) {
      const kind = random.pick(kinds);
      work.later(wait(), () => this.#sendMalformed(body, kind));
    }
    work.later(0, () => this.#try(body, 0));
    const copies = random.chance(duplicates) ? random.between(1, Math.max(1, most - 1)) : 0;
    for (let copy = 0; copy < copies; copy++)
      work.later(wait(), async () => {
        await this.#send(body, 'copy');
      });
  }

  async #try(body: string, failures: number): Promise<void> {
    if (this.webhook === null || (await this.#send(body, null))) return;
    const wait = retrySchedule[failures];
    if (wait === undefined) return;
    this.#setting.work.later(wait * this.#setting.settings.retryScale, () => this.#try(body, failures + 1));
  }

  async #send(body: string, flaw: string | null): Promise<boolean> {
    const { appSecret, disorder } = this.#setting.settings;
    const signed = escapeUnicode(body);
    const headers = { 'x-hub-signature-256': sign(appSecret, signed) };
    return this.#deliver({ headers, body: disorder.isRaw ? body : signed, flaw });
  }

  async #sendMalformed(body: string, kind: (typeof malformedKinds)[number]): Promise<void> {
    const spoilt = malform(kind, { secret: this.#setting.settings.appSecret, body: escapeUnicode(body) });
    await this.#deliver({ ...spoilt, flaw: kind });
  }

  async #deliver({
    headers,
    body,
    flaw,
  }: {
    headers: Record<string, string>;
    body: string;
    flaw: string | null;
  }): Promise<boolean> {
    if (this.webhook === null) return false;
    const { settings, log } = this.#setting;
    const at = settings.now();
    const status = await this.#poster.post(
      this.webhook.url,
      { 'user-agent': 'facebookexternalua', ...headers },
      body,
    );
    log.deliveries.push({ at, body, flaw, status });
    return status !== null && status >= 200 && status < 300;
  }
}
