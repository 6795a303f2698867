/** What people do on their phones, and what somebody of the business does on the phone with its number: told by webhooks. */
import type { Account } from './account.ts';
import { newMessageId } from './ids.ts';
import type { Person, PhoneFile, PhoneMessage } from './people.ts';

export interface Written {
  text?: string;
  file?: PhoneFile;
  /** A voice message. */
  isVoice?: boolean;
  replyTo?: string;
  /** What is told, in the place of words and a file: a place, an order, something that is not known. */
  content?: { type: string; [part: string]: unknown };
  /** Kept without a webhook, as if it had been lost. */
  isQuiet?: boolean;
  groupId?: string;
}

export class Writing {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Answers with the id of the message. */
  write(person: Person, written: Written): string {
    const { text = '', file, replyTo, isQuiet = false, groupId } = written;
    const message = this.#put(person, 'person', written);
    if (isQuiet) return message.id;
    this.#tell(person, {
      id: message.id,
      ...(replyTo !== undefined && { context: { from: this.#account.settings.displayNumber, id: replyTo } }),
      ...(groupId !== undefined && { group_id: groupId }),
      ...(written.content ?? this.#contentOf(text, file, written.isVoice)),
    });
    return message.id;
  }

  react(person: Person, of: string, emoji: string): void {
    const message = this.#messageOf(of);
    const others = message.reactions.filter(({ by }) => by !== 'person');
    message.reactions = emoji === '' ? others : [...others, { by: 'person', emoji }];
    this.#account.changed();
    const reaction = { message_id: of, ...(emoji !== '' && { emoji }) };
    this.#tell(person, { id: newMessageId(), type: 'reaction', reaction });
  }

  edit(person: Person, of: string, text: string): void {
    Object.assign(this.#messageOf(of), { text, isEdited: true });
    this.#account.changed();
    const edit = { original_message_id: of, message: { type: 'text', text: { body: text } } };
    this.#tell(person, { id: newMessageId(), type: 'edit', edit });
  }

  revoke(person: Person, of: string): void {
    Object.assign(this.#messageOf(of), { isRevoked: true });
    this.#account.changed();
    this.#tell(person, { id: newMessageId(), type: 'revoke', revoke: { original_message_id: of } });
  }

  /** They open the thread: what was delivered is read. */
  read(person: Person): void {
    if (person.fate !== 'read') return;
    for (const message of this.#account.people.thread(person)) {
      if (message.by !== 'business' || message.status !== 'delivered') continue;
      message.status = 'read';
      this.#account.tellStatus(person, { id: message.id, status: 'read' });
    }
  }

  /** Somebody of the business answers on the phone with its number. */
  echo(person: Person, written: Written): string {
    const { text = '', file } = written;
    const message = this.#put(person, 'phone', written);
    const { displayNumber: from } = this.#account.settings;
    this.#account.tell('smb_message_echoes', person, {
      message_echoes: [
        {
          from,
          ...(!person.isUnnumbered && { to: person.phone }),
          to_user_id: person.userId,
          id: message.id,
          timestamp: seconds(message.at),
          ...(written.content ?? this.#contentOf(text, file)),
        },
      ],
    });
    return message.id;
  }

  /** Another number, another user id. */
  move(person: Person, phone: string): void {
    const before = this.#account.people.move(person, phone);
    const { settings } = this.#account;
    this.#account.tell('messages', null, {
      messages: [
        {
          from: before.phone,
          id: newMessageId(),
          timestamp: seconds(settings.now()),
          type: 'system',
          system: {
            body: `${person.name} changed from ${before.phone} to ${phone}`,
            type: 'user_changed_number',
            wa_id: phone,
            user_id: person.userId,
          },
        },
      ],
    });
    this.#account.tell('user_id_update', null, {
      user_id_update: [
        {
          wa_id: phone,
          user_id: { previous: before.userId, current: person.userId },
          timestamp: seconds(settings.now()),
        },
      ],
    });
  }

  #put(person: Person, by: 'person' | 'phone', { text = '', file, replyTo, content }: Written): PhoneMessage {
    const { people, settings } = this.#account;
    const type = content?.type ?? (file === undefined ? 'text' : kindOf(file));
    const message: PhoneMessage = {
      id: newMessageId(),
      at: settings.now(),
      by,
      type,
      text: content === undefined ? text : `(${type})`,
      reactions: [],
      ...(file && { file }),
      ...(replyTo !== undefined && { replyTo }),
    };
    people.thread(person).push(message);
    this.#account.changed();
    return message;
  }

  #contentOf(text: string, file: PhoneFile | undefined, isVoice = false): object {
    if (file === undefined) return { type: 'text', text: { body: text } };
    const kind = kindOf(file);
    const part = {
      mime_type: file.contentType,
      ...this.#account.media.receive(file),
      ...(text !== '' && { caption: text }),
      ...(kind === 'document' && { filename: file.name }),
      ...(kind === 'audio' && { voice: isVoice }),
    };
    return { type: kind, [kind]: part };
  }

  #messageOf(id: string): PhoneMessage {
    const message = this.#account.people.message(id);
    if (message === null) throw new Error(`There is no message ${id}.`);
    return message;
  }

  #tell(person: Person, message: object): void {
    this.#account.tell('messages', person, {
      messages: [
        {
          ...(!person.isUnnumbered && { from: person.phone }),
          from_user_id: person.userId,
          timestamp: seconds(this.#account.settings.now()),
          ...message,
        },
      ],
    });
  }
}

function kindOf({ contentType }: PhoneFile): 'image' | 'video' | 'audio' | 'document' {
  const [kind] = contentType.split('/');
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'document';
}

export const seconds = (at: number): string => `${Math.floor(at / 1_000)}`;
