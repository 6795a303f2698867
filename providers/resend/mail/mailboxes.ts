/** The mailboxes of everybody outside: what was delivered to an address, and what was written from it. */
import { newId } from '../ids.ts';
import { type ReadMail, readMail } from './read.ts';

export interface StoredMail {
  id: string;
  at: number;
  direction: 'received' | 'sent';
  raw: Buffer;
  /** The send that brought it, where it came through the API. */
  emailId: string | null;
}

export class Mailboxes {
  readonly #byAddress = new Map<string, StoredMail[]>();
  readonly #read = new WeakMap<StoredMail, Promise<ReadMail>>();

  put(address: string, mail: Omit<StoredMail, 'id'> & { id?: string }): StoredMail {
    const stored = { id: newId(), ...mail };
    const key = address.toLowerCase();
    this.#byAddress.set(key, [...(this.#byAddress.get(key) ?? []), stored]);
    return stored;
  }

  /** Oldest first. */
  list(address: string): readonly StoredMail[] {
    return this.#byAddress.get(address.toLowerCase()) ?? [];
  }

  addresses(): string[] {
    return [...this.#byAddress.keys()].toSorted();
  }

  read(mail: StoredMail): Promise<ReadMail> {
    const known = this.#read.get(mail) ?? readMail(mail.raw, mail.id);
    this.#read.set(mail, known);
    return known;
  }
}
