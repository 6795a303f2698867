/** Files on their way: ids for a while, addresses for five minutes, both only with the token. */
import { createHash, randomBytes } from 'node:crypto';
import { newMediaId } from './ids.ts';
import type { Settings } from './options.ts';
import type { PhoneFile } from './people.ts';
import { refuse } from './refusals.ts';

const megabyte = 1024 * 1024;
const documents = [
  'text/plain',
  'application/pdf',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
];
/** https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media */
const kinds: { types: readonly string[]; most: number }[] = [
  { types: ['image/jpeg', 'image/png'], most: 5 * megabyte },
  { types: ['image/webp'], most: megabyte / 2 },
  { types: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'], most: 16 * megabyte },
  { types: ['video/mp4', 'video/3gpp'], most: 16 * megabyte },
  { types: documents, most: 100 * megabyte },
];

const dayMs = 86_400_000;
const linkMs = 5 * 60_000;

interface Stored extends PhoneFile {
  id: string;
  until: number;
}

export class MediaStore {
  readonly #settings: Settings;
  readonly #byId = new Map<string, Stored>();
  readonly #links = new Map<string, { id: string; until: number }>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** As the business uploads it. */
  upload(file: PhoneFile): string {
    const type = file.contentType.split(';')[0]!.trim();
    const kind = kinds.find(({ types }) => types.includes(type));
    if (kind === undefined)
      return refuse('wrongMediaType', { type, types: kinds.flatMap(({ types }) => types).join(', ') });
    if (file.content.length > kind.most) refuse('tooLarge', { type, most: kind.most });
    return this.#keep(file, 30 * dayMs);
  }

  /** As a person sends it: for seven days. */
  receive(file: PhoneFile): { id: string; sha256: string } {
    return { id: this.#keep(file, 7 * dayMs), sha256: sha256Of(file) };
  }

  /** It is gone from now on. */
  forget(id: string): void {
    this.#byId.delete(id);
  }

  find(id: string): PhoneFile | null {
    const stored = this.#byId.get(id);
    return stored !== undefined && stored.until > this.#settings.now() ? stored : null;
  }

  /** What `GET /<id>` answers. */
  describe(id: string, origin: string): object | null {
    const file = this.find(id);
    if (file === null) return null;
    const name = randomBytes(18).toString('base64url');
    this.#links.set(name, { id, until: this.#settings.now() + linkMs });
    return {
      messaging_product: 'whatsapp',
      url: `${origin}/whatsapp_business/attachments/?mid=${id}&hash=${name}`,
      mime_type: file.contentType,
      sha256: createHash('sha256').update(file.content).digest('hex'),
      file_size: `${file.content.length}`,
      id,
    };
  }

  /** Behind an address that has not run out; null: nothing. */
  open(name: string): PhoneFile | null {
    const link = this.#links.get(name);
    return link !== undefined && link.until > this.#settings.now() ? this.find(link.id) : null;
  }

  #keep(file: PhoneFile, forMs: number): string {
    const id = newMediaId();
    this.#byId.set(id, { ...file, id, until: this.#settings.now() + forMs });
    return id;
  }
}

/** As webhooks have it. */
const sha256Of = ({ content }: PhoneFile): string => createHash('sha256').update(content).digest('base64');
