/** What the business sends: checked as the real one does, put on the person's phone, and told of in statuses. */
import type { Account } from './account.ts';
import { newMessageId } from './ids.ts';
import type { Person, PhoneFile, PhoneMessage } from './people.ts';
import { asStatusError, refuse, type RefusalName } from './refusals.ts';

type Body = Record<string, unknown>;
const asObject = (value: unknown): Body =>
  typeof value === 'object' && value !== null ? (value as Body) : {};
const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const dayMs = 86_400_000;
const fileTypes = new Set(['image', 'video', 'audio', 'document', 'sticker']);

export class Sending {
  readonly #account: Account;
  /** When a send to a person was let in: what of the burst is used up. */
  readonly #pairs = new Map<string, number[]>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** Answers as the API does. */
  send(body: Body): object {
    if (body['messaging_product'] !== 'whatsapp') refuse('notWhatsapp');
    if (body['status'] === 'read') return this.#markRead(body);
    const { person, input } = this.#recipientOf(body);
    const type = asText(body['type']) ?? 'text';
    const said = this.#saidBy(type, body);
    this.#takeTurn(person);
    const why = this.#undeliverable(person, type);
    const { settings, log, people } = this.#account;
    if (why !== null && settings.tells === 'atOnce') refuse(why);
    const id = newMessageId();
    const at = settings.now();
    const replyTo = asText(asObject(body['context'])['message_id']);
    const message: PhoneMessage = {
      id,
      at,
      by: 'business',
      type,
      reactions: [],
      status: 'accepted',
      ...said,
    };
    if (replyTo !== undefined) message.replyTo = replyTo;
    log.accepted.push({ at, id, to: person.isUnnumbered ? person.userId : person.phone, body });
    if (type === 'reaction') this.#react(body);
    else if (why === null) people.thread(person).push(message);
    this.#tell(person, message, body, why);
    this.#account.changed();
    const ids = { ...(person.isUnnumbered ? {} : { wa_id: person.phone }), user_id: person.userId };
    return { messaging_product: 'whatsapp', contacts: [{ input, ...ids }], messages: [{ id }] };
  }

  #markRead(body: Body): object {
    if (this.#account.people.message(asText(body['message_id']) ?? '') === null)
      refuse('wrongValue', { field: 'message_id', why: 'there is no such message' });
    return { success: true };
  }

  /** A number wins where both are given. */
  #recipientOf(body: Body): { person: Person; input: string } {
    const input = asText(body['to']) ?? asText(body['recipient']);
    if (input === undefined || input === '') return refuse('noRecipient');
    const { people, settings } = this.#account;
    const named = input.replace(/^\+/, '');
    if (named === settings.displayNumber) refuse('ownNumber');
    if (asText(body['to']) !== undefined && !/^\d{5,20}$/.test(named))
      refuse('wrongValue', { field: 'to', why: 'it is no number' });
    return { person: people.find(named) ?? people.ensure(named, { fate: 'notThere' }), input };
  }

  /** What the person sees. */
  #saidBy(type: string, body: Body): { text: string; file?: PhoneFile } {
    const part = asObject(body[type]);
    if (type === 'text') return { text: this.#checked('text.body', asText(part['body']), 4_096) };
    if (type === 'reaction') return { text: asText(part['emoji']) ?? '' };
    if (type === 'template') return { text: this.#account.templates.fill(part) };
    if (!fileTypes.has(type)) return refuse('unsupportedType', { type });
    const id = asText(part['id']) ?? '';
    const file = this.#account.media.find(id) ?? refuse('mediaGone', { id });
    const caption = asText(part['caption']);
    const text = caption === undefined ? '' : this.#checked(`${type}.caption`, caption, 1_024);
    return { text, file: { ...file, name: asText(part['filename']) ?? file.name } };
  }

  #checked(field: string, text: string | undefined, most: number): string {
    if (text === undefined || text === '') return refuse('wrongValue', { field, why: 'it is empty' });
    if (text.length > most) refuse('wrongValue', { field, why: `it has more than ${most} characters` });
    return text;
  }

  /** Short bursts, then one each six seconds. */
  #takeTurn({ phone }: Person): void {
    const { settings } = this.#account;
    const now = settings.now();
    const used = (this.#pairs.get(phone) ?? []).filter(
      (at) => at > now - settings.pairBurst * settings.pairEveryMs,
    );
    const free =
      settings.pairBurst - used.length + Math.floor((now - (used[0] ?? now)) / settings.pairEveryMs);
    if (free <= 0) refuse('pairLimit');
    this.#pairs.set(phone, [...used, now]);
  }

  #undeliverable(person: Person, type: string): RefusalName | null {
    if (person.fate === 'notThere') return 'notOnWhatsapp';
    if (type === 'template') return null;
    const wrote = this.#account.people.thread(person).findLast(({ by }) => by === 'person');
    const isOpen = wrote !== undefined && this.#account.settings.now() < wrote.at + dayMs;
    return isOpen ? null : 'windowClosed';
  }

  #react(body: Body): void {
    const { message_id: of, emoji } = asObject(body['reaction']);
    const message = this.#account.people.message(asText(of) ?? '');
    if (message === null) return;
    const others = message.reactions.filter(({ by }) => by !== 'business');
    message.reactions = asText(emoji) ? [...others, { by: 'business', emoji: asText(emoji)! }] : others;
  }

  #tell(person: Person, message: PhoneMessage, body: Body, why: RefusalName | null): void {
    const { work } = this.#account;
    const tell = (status: NonNullable<PhoneMessage['status']>, more: object = {}) => {
      message.status = status;
      this.#account.tellStatus(
        person,
        { id: message.id, status, ...this.#costs(message, status), ...more },
        body,
      );
    };
    if (why !== null) return work.later(0, () => tell('failed', { errors: [asStatusError(why)] }));
    work.later(0, () => {
      tell('sent');
      if (person.fate === 'undelivered') return;
      work.later(0, () => {
        tell('delivered');
      });
    });
  }

  /** Told with what was sent and delivered, since October 2026 also of what answers a customer. */
  #costs({ type }: PhoneMessage, status: string): object {
    if (status !== 'sent' && status !== 'delivered') return {};
    const category = type === 'template' ? 'utility' : 'service';
    return { pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category } };
  }
}
