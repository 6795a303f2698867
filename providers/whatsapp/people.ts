/** The people outside, and what is on their phones: one thread with the business each. */
import { newUserId } from './ids.ts';

export interface Person {
  /** E.164 without its plus. */
  phone: string;
  /** Theirs in this business. */
  userId: string;
  name: string;
  /** They go by a username: the business is not told their number. */
  isUnnumbered: boolean;
  /** What becomes of what is sent to them. */
  fate: Fate;
}

/** `unread`: they have switched off that the business learns what they have read. */
type Fate = 'read' | 'unread' | 'undelivered' | 'notThere';

export interface PhoneFile {
  name: string;
  contentType: string;
  content: Buffer;
}

export interface PhoneMessage {
  id: string;
  at: number;
  by: 'person' | 'business' | 'phone';
  type: string;
  text: string;
  file?: PhoneFile;
  /** The id of the message it answers. */
  replyTo?: string;
  isEdited?: boolean;
  isRevoked?: boolean;
  reactions: { by: 'person' | 'business'; emoji: string }[];
  /** Of the business's: how far it is. */
  status?: 'accepted' | 'sent' | 'delivered' | 'read' | 'failed';
}

interface State {
  person: Person;
  messages: (Omit<PhoneMessage, 'file'> & { file?: Omit<PhoneFile, 'content'> & { content: string } })[];
}

export class People {
  readonly #people = new Map<string, Person>();
  readonly #threads = new Map<string, PhoneMessage[]>();

  /** By number or user id; whoever is not known yet is made. */
  ensure(named: string, more: Partial<Person> = {}): Person {
    const known = this.find(named);
    const person =
      known ??
      ({
        phone: named,
        userId: newUserId(),
        name: named,
        isUnnumbered: false,
        fate: 'read',
      } satisfies Person);
    Object.assign(person, more);
    this.#people.set(person.phone, person);
    return person;
  }

  find(named: string): Person | null {
    return this.#people.get(named) ?? this.list().find(({ userId }) => userId === named) ?? null;
  }

  list(): Person[] {
    return [...this.#people.values()];
  }

  /** Oldest first. */
  thread({ phone }: Person): PhoneMessage[] {
    const known = this.#threads.get(phone) ?? [];
    this.#threads.set(phone, known);
    return known;
  }

  message(id: string): PhoneMessage | null {
    return [...this.#threads.values()].flat().find((message) => message.id === id) ?? null;
  }

  /** They have another number, and with it another user id. */
  move(person: Person, phone: string): { phone: string; userId: string } {
    const before = { phone: person.phone, userId: person.userId };
    const thread = this.thread(person);
    this.#people.delete(person.phone);
    this.#threads.delete(person.phone);
    Object.assign(person, { phone, userId: newUserId() });
    this.#people.set(phone, person);
    this.#threads.set(phone, thread);
    return before;
  }

  state(): State[] {
    return this.list().map((person) => ({
      person,
      messages: this.thread(person).map(({ file, ...message }) => ({
        ...message,
        ...(file && { file: { ...file, content: file.content.toString('base64') } }),
      })),
    }));
  }

  restore(states: State[]): void {
    for (const { person, messages } of states) {
      this.#people.set(person.phone, person);
      const kept = messages.map(({ file, ...message }) => ({
        ...message,
        ...(file && { file: { ...file, content: Buffer.from(file.content, 'base64') } }),
      }));
      this.#threads.set(person.phone, kept);
    }
  }
}
