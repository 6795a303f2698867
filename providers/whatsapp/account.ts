/** One WhatsApp Business Account with one number: everything it holds, and what its webhook is told. */
import { FaultBoard } from '../resend/faults.ts';
import { Random } from '../resend/random.ts';
import { Work } from '../resend/work.ts';
import { newSecret, newToken } from './ids.ts';
import { Log } from './log.ts';
import { MediaStore } from './media.ts';
import { type Settings, type WhatsappOptions, withDefaults } from './options.ts';
import { People, type Person } from './people.ts';
import { Sending } from './sending.ts';
import { Templates } from './templates.ts';
import { Deliveries } from './webhooks/deliveries.ts';
import { seconds, Writing } from './writing.ts';

export class Account {
  readonly settings: Settings;
  readonly log = new Log();
  readonly work = new Work();
  readonly people = new People();
  readonly faults: FaultBoard;
  readonly media: MediaStore;
  readonly templates: Templates;
  readonly deliveries: Deliveries;
  readonly sending: Sending;
  readonly writing: Writing;
  /** The token is taken for valid. */
  isTokenGood = true;
  /** Told whenever something on a phone has changed. */
  readonly listeners = new Set<() => void>();

  constructor(options: WhatsappOptions) {
    const chance = { token: newToken, secret: newSecret, seed: () => Math.floor(Math.random() * 2 ** 31) };
    this.settings = withDefaults(options, chance);
    const { settings, log, work } = this;
    const random = new Random(settings.seed);
    this.faults = new FaultBoard(settings.now, random);
    this.faults.set(options.faults ?? []);
    this.media = new MediaStore(settings);
    this.templates = new Templates(settings.templates);
    this.deliveries = new Deliveries({ settings, log, work, random });
    this.sending = new Sending(this);
    this.writing = new Writing(this);
  }

  changed(): void {
    for (const tell of this.listeners) tell();
  }

  /** `about`: whose contact stands beside it; null: nobody's, as with system messages. */
  tell(field: string, about: Person | null, value: object): void {
    const { displayNumber, phoneNumberId } = this.settings;
    this.deliveries.publish(field, {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: displayNumber, phone_number_id: phoneNumberId },
      ...(about && {
        contacts: [
          {
            profile: { name: about.name },
            ...(!about.isUnnumbered && { wa_id: about.phone }),
            user_id: about.userId,
          },
        ],
      }),
      ...value,
    });
  }

  tellStatus(person: Person, status: object, body: Record<string, unknown> = {}): void {
    const { biz_opaque_callback_data: callback } = body;
    this.tell('messages', person, {
      statuses: [
        {
          ...status,
          timestamp: seconds(this.settings.now()),
          ...(!person.isUnnumbered && { recipient_id: person.phone }),
          recipient_user_id: person.userId,
          ...(callback !== undefined && { biz_opaque_callback_data: callback }),
        },
      ],
    });
  }

  /** Of the whole account: without a number. */
  tellOfAccount(field: string, value: object): void {
    this.deliveries.publish(field, value);
  }

  stop(): void {
    this.work.stop();
    this.deliveries.close();
  }
}
