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

/** What becomes of mail to an address. */
export type Fate =
  | 'delivered'
  | 'bounced'
  | 'bouncedTransient'
  | 'complained'
  | 'delayed'
  | 'failed'
  | 'suppressed';

/** What is told of a mail. */
export interface Email {
  id: string;
  messageId: string;
  createdAt: number;
  from: Mailbox;
  /** Older files have none. */
  to?: Mailbox[];
  subject: string;
  tags: SendBody['tags'];
}

interface Used {
  bodyHash: string;
  /** Null while the first request with it is under way. */
  emailId: string | null;
  at: number;
}

interface Sent {
  emailId: string;
  isReplay: boolean;
}

/** On its way. */
interface Outgoing {
  email: Email;
  body: SendBody;
  raw: Buffer;
}

/** What outlives a restart. */
export interface SendingState {
  emails: Email[];
  keys: [key: string, used: Used][];
  suppressed: string[];
}

const keyMs = 24 * 3_600_000;
/** The account's own address, to which alone mail from `…@resend.dev` may go. */
const ownAddress = 'owner@acme.example';

export class Sending {
  readonly #team: Team;
  readonly #emails = new Map<string, Email>();
  readonly #keys = new Map<string, Used>();
  readonly #fates = new Map<string, Fate>();
  /** They get nothing any more: the real one adds hard bounces and complaints itself. */
  readonly #suppressed = new Set<string>();

  constructor(team: Team) {
    this.#team = team;
  }

  state(): SendingState {
    const since = this.#team.settings.now() - keyMs;
    return {
      emails: [...this.#emails.values()],
      keys: [...this.#keys].filter(([, { emailId, at }]) => emailId !== null && at > since),
      suppressed: [...this.#suppressed],
    };
  }

  restore({ emails, keys, suppressed }: SendingState): void {
    for (const email of emails) this.#emails.set(email.id, email);
    for (const [key, used] of keys) this.#keys.set(key, used);
    for (const address of suppressed) this.#suppressed.add(address);
  }

  /** From now on, for this address, which may be written to again. */
  setFate(address: string, fate: Fate): void {
    this.#suppressed.delete(address.toLowerCase());
    this.#fates.set(address.toLowerCase(), fate);
  }

  /** `slowMs`: how long it takes, during which its key is in use. */
  async send(
    given: unknown,
    { key, bytes, slowMs = 0 }: { key: string | null; bytes: string; slowMs?: number },
  ): Promise<Sent> {
    const { settings, work, log } = this.#team;
    const now = settings.now();
    if (key !== null && (key.length < 1 || key.length > 256)) refuse('wrongIdempotencyKey');
    const bodyHash = hash(normal(given));
    const used = key === null ? undefined : this.#keys.get(key);
    if (used && used.at > now - keyMs) {
      if (used.bodyHash !== bodyHash) refuse('otherBody');
      return { emailId: used.emailId ?? refuse('stillRunning'), isReplay: true };
    }
    const mark: Used = { bodyHash, emailId: null, at: now };
    if (key !== null) this.#keys.set(key, mark);
    try {
      if (slowMs > 0) await new Promise<void>((resolve) => work.later(slowMs, resolve));
      const { email, body } = await this.#accept(given, Buffer.byteLength(bytes));
      mark.emailId = email.id;
      log.accepted.push({
        at: now,
        emailId: email.id,
        messageId: email.messageId,
        idempotencyKey: key,
        body,
        bodySha256: hash(bytes),
      });
      return { emailId: email.id, isReplay: false };
    } catch (error) {
      // What was refused was not sent: the key is free again.
      if (key !== null) this.#keys.delete(key);
      throw error;
    }
  }

  async #accept(given: unknown, bytes: number): Promise<Outgoing> {
    const { settings, quota, work } = this.#team;
    const now = settings.now();
    const body = await readSendBody(given, { bytes, now });
    const region = this.#regionOf(body);
    quota.takeForSend(everybody(body).length, now);
    const { messageId, raw } = writeOutgoing(body, { region, now });
    const { from, to, subject, tags } = body;
    const email: Email = { id: newId(), messageId, createdAt: now, from, to, subject, tags };
    this.#emails.set(email.id, email);
    const wait = body.scheduledAt === null ? 0 : body.scheduledAt - now;
    if (wait > 0) this.#tell(email, 'email.scheduled');
    const outgoing = { email, body, raw };
    work.later(wait, () => this.#leave(outgoing));
    return outgoing;
  }

  #regionOf({ from, to, cc, bcc }: SendBody): string {
    const { domains } = this.#team;
    if (from.address.endsWith('@resend.dev')) {
      const isOwn = ({ address }: Mailbox) => address === ownAddress || address.endsWith('@resend.dev');
      if (![...to, ...cc, ...bcc].every(isOwn)) refuse('testDomain', { own: ownAddress });
      return 'us-east-1';
    }
    const domain = domains.ofSender(from.address);
    return domain?.region ?? refuse('unverifiedDomain', { domain: from.address.replace(/^.*@/, '') });
  }

  /** Groups recipients by what becomes of them. */
  #leave(outgoing: Outgoing): void {
    const groups = new Map<Fate, Mailbox[]>();
    for (const each of everybody(outgoing.body)) {
      const fate = this.#fateOf(each.address);
      groups.set(fate, [...(groups.get(fate) ?? []), each]);
    }
    const hasLeft = [...groups.keys()].some((fate) => fate !== 'failed' && fate !== 'suppressed');
    if (hasLeft) this.#tell(outgoing.email, 'email.sent');
    for (const [fate, recipients] of groups)
      this.#team.work.later(0, () => this.#arrive(outgoing, fate, recipients));
  }

  #fateOf(address: string): Fate {
    if (this.#suppressed.has(address)) return 'suppressed';
    const told = this.#fates.get(address);
    if (told) return told;
    const ofTests: Record<string, Fate> = {
      'delivered@resend.dev': 'delivered',
      'bounced@resend.dev': 'bounced',
      'complained@resend.dev': 'complained',
      'suppressed@resend.dev': 'suppressed',
    };
    return ofTests[withoutLabel(address)] ?? 'delivered';
  }

  async #arrive(outgoing: Outgoing, fate: Fate, recipients: Mailbox[]): Promise<void> {
    const { email } = outgoing;
    switch (fate) {
      case 'failed':
        return this.#tell(email, 'email.failed', {
          failed: { reason: 'reached_daily_quota' },
        });
      case 'suppressed':
        return this.#tell(email, 'email.suppressed', {
          suppressed: {
            message:
              'Resend has suppressed sending to this address because it is on the account-level suppression list.',
            type: 'OnAccountSuppressionList',
          },
        });
      case 'bounced':
        this.#tell(email, 'email.bounced', bounce('Permanent', 'General'));
        return this.#suppress(recipients);
      case 'bouncedTransient':
        return this.#tell(email, 'email.bounced', bounce('Transient', 'MailboxFull'));
      case 'delayed':
        this.#tell(email, 'email.delivery_delayed');
        await this.#deliver(outgoing, recipients);
        return this.#tell(email, 'email.delivered');
      case 'complained':
      case 'delivered':
        await this.#deliver(outgoing, recipients);
        this.#tell(email, 'email.delivered');
        if (fate === 'complained') this.#complain(email, recipients);
    }
  }

  /** A recipient presses "this is spam". */
  complain(emailId: string, recipient: Mailbox): void {
    const email = this.#emails.get(emailId);
    if (email) this.#complain(email, [recipient]);
  }

  #complain(email: Email, recipients: Mailbox[]): void {
    this.#tell(email, 'email.complained');
    this.#suppress(recipients);
  }

  async #deliver({ raw, email: { from: sender, id } }: Outgoing, recipients: Mailbox[]): Promise<void> {
    const from = `${newId()}@send.${sender.address.replace(/^.*@/, '')}`;
    await this.#team.post({ raw, from, to: recipients.map(({ address }) => address), emailId: id });
  }

  /** The addresses for tests are nobody's: they stay usable. */
  #suppress(recipients: Mailbox[]): void {
    for (const { address } of recipients) if (!address.endsWith('@resend.dev')) this.#suppressed.add(address);
  }

  /** Once for each fate, and as the real one: `to` is to whom the mail was written, whoever of all it is about. */
  #tell(
    { id, messageId, createdAt, from, to = [], subject, tags }: Email,
    type: string,
    more: Record<string, unknown> = {},
  ): void {
    this.#team.deliveries.publish(type, {
      created_at: preciseTime(createdAt),
      email_id: id,
      message_id: messageId,
      from: from.text,
      to: to.map(({ text }) => text),
      subject,
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
