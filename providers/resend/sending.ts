/**
 * Sends: one mail per API call, whatever the number of recipients, and what becomes of it at each of them, told by
 * events. A key that was used within a day gives the first answer again.
 */
import { createHash } from 'node:crypto';
import { newId, preciseTime } from './ids.ts';
import { type Mailbox, withoutLabel } from './mail/addresses.ts';
import { readSendBody, type SendBody } from './mail/sendBody.ts';
import { writeOutgoing } from './mail/transport.ts';
import { refuse } from './refusals.ts';
import type { Team } from './team.ts';

export type LastEvent =
  | 'queued'
  | 'scheduled'
  | 'sent'
  | 'delivered'
  | 'delivery_delayed'
  | 'bounced'
  | 'complained'
  | 'failed'
  | 'suppressed';

/** What becomes of mail to an address. */
export type Fate =
  | 'delivered'
  | 'bounced'
  | 'bouncedTransient'
  | 'complained'
  | 'delayed'
  | 'failed'
  | 'suppressed';

export interface Email {
  id: string;
  messageId: string;
  createdAt: number;
  body: SendBody;
  raw: Buffer;
  lastEvent: LastEvent;
}

interface Used {
  bodyHash: string;
  /** Null while the first request with it is under way. */
  emailId: string | null;
  at: number;
}

export interface Sent {
  email: Email;
  isReplay: boolean;
}

const keyMs = 24 * 3_600_000;

export class Sending {
  readonly #team: Team;
  readonly #emails = new Map<string, Email>();
  readonly #keys = new Map<string, Used>();
  readonly #fates = new Map<string, Fate>();

  constructor(team: Team) {
    this.#team = team;
  }

  /** Newest first. */
  list(): Email[] {
    return [...this.#emails.values()].toReversed();
  }

  get(id: string): Email | null {
    return this.#emails.get(id) ?? null;
  }

  /** From now on, for this address. */
  setFate(address: string, fate: Fate): void {
    this.#fates.set(address.toLowerCase(), fate);
  }

  /** `slowMs`: how long it takes, during which its key is in use. */
  async send(
    given: unknown,
    { key, bytes, slowMs = 0 }: { key: string | null; bytes: string; slowMs?: number },
  ): Promise<Sent> {
    const { settings } = this.#team;
    const now = settings.now();
    if (key !== null && (key.length < 1 || key.length > 256)) refuse('wrongIdempotencyKey');
    const bodyHash = hash(normal(given));
    const used = key === null ? undefined : this.#keys.get(key);
    if (used && used.at > now - keyMs) {
      if (used.bodyHash !== bodyHash) refuse('otherBody');
      const email = used.emailId === null ? null : this.get(used.emailId);
      return email ? { email, isReplay: true } : refuse('stillRunning');
    }
    const mark: Used = { bodyHash, emailId: null, at: now };
    if (key !== null) this.#keys.set(key, mark);
    try {
      if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
      const email = await this.#accept(given, Buffer.byteLength(bytes));
      mark.emailId = email.id;
      this.#team.log.accepted.push({
        at: now,
        emailId: email.id,
        messageId: email.messageId,
        idempotencyKey: key,
        body: email.body,
        bodySha256: hash(bytes),
      });
      return { email, isReplay: false };
    } catch (error) {
      // What was refused was not sent: the key is free again.
      if (key !== null) this.#keys.delete(key);
      throw error;
    }
  }

  async #accept(given: unknown, bytes: number): Promise<Email> {
    const { settings, quota } = this.#team;
    const now = settings.now();
    const body = await readSendBody(given, { blockedDomains: settings.blockedDomains, bytes, now });
    const region = this.#regionOf(body);
    quota.takeForSend(body.to.length + body.cc.length + body.bcc.length, now);
    const { messageId, raw } = writeOutgoing(body, { region, now });
    const email: Email = { id: newId(), messageId, createdAt: now, body, raw, lastEvent: 'queued' };
    this.#emails.set(email.id, email);
    const wait = body.scheduledAt === null ? 0 : body.scheduledAt - now;
    if (wait > 0) this.#tell(email, 'email.scheduled', 'scheduled', everybody(body));
    this.#team.work.later(wait, () => this.#leave(email));
    return email;
  }

  #regionOf({ from, to, cc, bcc }: SendBody): string {
    const { settings, domains } = this.#team;
    if (from.address.endsWith('@resend.dev')) {
      const isOwn = ({ address }: Mailbox) =>
        address === settings.ownAddress.toLowerCase() || address.endsWith('@resend.dev');
      if (![...to, ...cc, ...bcc].every(isOwn)) refuse('testDomain', { own: settings.ownAddress });
      return 'us-east-1';
    }
    const domain = domains.ofSender(from.address);
    return domain?.region ?? refuse('unverifiedDomain', { domain: from.address.replace(/^.*@/, '') });
  }

  /** Groups recipients by what becomes of them. */
  #leave(email: Email): void {
    const groups = new Map<Fate, Mailbox[]>();
    for (const each of everybody(email.body)) {
      const fate = this.#fateOf(each.address);
      groups.set(fate, [...(groups.get(fate) ?? []), each]);
    }
    const leaving = [...groups]
      .filter(([fate]) => fate !== 'failed' && fate !== 'suppressed')
      .flatMap(([, all]) => all);
    if (leaving.length > 0) this.#tell(email, 'email.sent', 'sent', leaving);
    for (const [fate, recipients] of groups)
      this.#team.work.later(this.#team.settings.deliveryMs, () => this.#arrive(email, fate, recipients));
  }

  #fateOf(address: string): Fate {
    const { suppressions } = this.#team;
    const told = this.#fates.get(address);
    if (told) return told;
    if (suppressions.get(address)) return 'suppressed';
    const ofTests: Record<string, Fate> = {
      'delivered@resend.dev': 'delivered',
      'bounced@resend.dev': 'bounced',
      'complained@resend.dev': 'complained',
      'suppressed@resend.dev': 'suppressed',
    };
    return ofTests[withoutLabel(address)] ?? 'delivered';
  }

  async #arrive(email: Email, fate: Fate, recipients: Mailbox[]): Promise<void> {
    switch (fate) {
      case 'failed':
        return this.#tell(email, 'email.failed', 'failed', recipients, {
          failed: { reason: 'reached_daily_quota' },
        });
      case 'suppressed':
        return this.#tell(email, 'email.suppressed', 'suppressed', recipients, {
          suppressed: {
            message:
              'Resend has suppressed sending to this address because it is on the account-level suppression list.',
            type: 'OnAccountSuppressionList',
          },
        });
      case 'bounced':
        this.#tell(email, 'email.bounced', 'bounced', recipients, bounce('Permanent', 'General'));
        return this.#suppress(email, recipients, 'bounce');
      case 'bouncedTransient':
        return this.#tell(email, 'email.bounced', 'bounced', recipients, bounce('Transient', 'MailboxFull'));
      case 'delayed':
        this.#tell(email, 'email.delivery_delayed', 'delivery_delayed', recipients);
        await this.#deliver(email, recipients);
        return this.#tell(email, 'email.delivered', 'delivered', recipients);
      case 'complained':
      case 'delivered':
        await this.#deliver(email, recipients);
        this.#tell(email, 'email.delivered', 'delivered', recipients);
        if (fate === 'complained') this.complain(email, recipients);
    }
  }

  /** A recipient presses "this is spam". */
  complain(email: Email, recipients: Mailbox[]): void {
    this.#tell(email, 'email.complained', 'complained', recipients);
    this.#suppress(email, recipients, 'complaint');
  }

  async #deliver({ raw, body, id }: Email, recipients: Mailbox[]): Promise<void> {
    const from = `${newId()}@send.${body.from.address.replace(/^.*@/, '')}`;
    await this.#team.post({ raw, from, to: recipients.map(({ address }) => address), emailId: id });
  }

  /** The addresses for tests are nobody's: they stay usable. */
  #suppress(email: Email, recipients: Mailbox[], origin: 'bounce' | 'complaint'): void {
    for (const { address } of recipients) {
      if (!address.endsWith('@resend.dev'))
        this.#team.suppress({ email: address, origin, sourceId: email.id });
    }
  }

  #tell(
    email: Email,
    type: string,
    last: LastEvent,
    to: Mailbox[],
    more: Record<string, unknown> = {},
  ): void {
    const { tags } = email.body;
    email.lastEvent = last;
    this.#team.deliveries.publish(type, {
      created_at: preciseTime(email.createdAt),
      email_id: email.id,
      message_id: email.messageId,
      from: email.body.from.text,
      to: to.map(({ text }) => text),
      subject: email.body.subject,
      ...(tags.length > 0 ? { tags: Object.fromEntries(tags.map(({ name, value }) => [name, value])) } : {}),
      ...more,
    });
  }
}

const everybody = ({ to, cc, bcc }: SendBody): Mailbox[] => [...to, ...cc, ...bcc];

const bounce = (type: string, subType: string) => ({
  bounce: {
    message:
      type === 'Permanent'
        ? "The recipient's email provider sent a hard bounce message, but didn't specify the reason for the hard bounce."
        : "The recipient's email provider sent a soft bounce message: the mailbox is full.",
    subType,
    type,
  },
});

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The same whatever the order of its fields: the real one compares what was meant. */
function normal(value: unknown): string {
  return (
    JSON.stringify(value, (_, each: unknown) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    ) ?? ''
  );
}
