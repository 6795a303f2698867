/** Mail that comes in for a receiving domain: kept, and told by `email.received`, which carries no content. */
import { newId, preciseTime } from './ids.ts';
import { type ReadMail, readMail } from './mail/read.ts';
import type { Team } from './team.ts';

export interface Received {
  id: string;
  at: number;
  raw: Buffer;
  mail: ReadMail;
  /** The envelope's recipients. */
  receivedFor: string[];
}

export class Receiving {
  readonly #team: Team;
  readonly #byId = new Map<string, Received>();

  constructor(team: Team) {
    this.#team = team;
  }

  async take(raw: Buffer, receivedFor: string[], quietly = false): Promise<Received> {
    const received = await this.restore({ id: newId(), at: this.#team.settings.now(), raw, receivedFor });
    this.#team.quota.count(1, received.at);
    if (!quietly) this.tell(received);
    return received;
  }

  /** As it was kept: nobody is told. */
  async restore(kept: Omit<Received, 'mail'>): Promise<Received> {
    const received = { ...kept, mail: await readMail(kept.raw, kept.id) };
    this.#byId.set(received.id, received);
    return received;
  }

  /** Once more, as another event: what a replay by the provider's support looks like. */
  tell({ id, at, mail, receivedFor }: Received): void {
    this.#team.deliveries.publish('email.received', {
      email_id: id,
      created_at: preciseTime(at),
      from: mail.from,
      to: mail.to,
      bcc: mail.bcc,
      cc: mail.cc,
      received_for: receivedFor,
      message_id: mail.messageId,
      subject: mail.subject,
      attachments: mail.attachments.map(
        ({ id: attachmentId, filename, contentType, disposition, contentId }) => ({
          id: attachmentId,
          filename,
          content_type: contentType,
          content_disposition: disposition,
          content_id: contentId,
        }),
      ),
    });
  }

  get(id: string): Received | null {
    return this.#byId.get(id) ?? null;
  }

  /** Newest first. */
  list(): Received[] {
    return [...this.#byId.values()].toReversed();
  }
}
