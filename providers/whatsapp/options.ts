/** What a local WhatsApp can be told at its start. Everything has a default that is like the real one. */
import type { Faults } from '../resend/faults.ts';
import type { Malformed } from './webhooks/malformed.ts';

export interface TemplateOptions {
  name: string;
  language: string;
  category?: 'UTILITY' | 'MARKETING' | 'AUTHENTICATION';
  status?: 'APPROVED' | 'PENDING' | 'REJECTED' | 'PAUSED' | 'DISABLED';
  components: object[];
}

/** How unruly webhooks arrive. All by the seed: the same seed, the same disorder. */
export interface Disorder {
  /** Of ten bodies, how many come more than once (0 to 1), and how often at most (5: once and up to four times more). */
  duplicates?: number;
  most?: number;
  /** Each copy waits up to this long, by chance: that shuffles them. */
  delayMs?: number;
  /** So many things at most in one body; 1 unless told. */
  batch?: number;
  /** The share (0 to 1) that is accompanied by a delivery that must be refused. */
  malformed?: number;
  kinds?: readonly Malformed[];
  /** Bodies come with their characters as they are, signed all the same in the escaped form. */
  isRaw?: boolean;
}

export interface WhatsappOptions {
  /** 0, the default: a free one. */
  port?: number;
  token?: string;
  appSecret?: string;
  /** The WhatsApp Business Account and the number of the business. */
  accountId?: string;
  phoneNumberId?: string;
  displayNumber?: string;
  templates?: TemplateOptions[];
  webhook?: { url: string; verifyToken: string };
  /** To one person: so many at once, then one each so many milliseconds. */
  pairBurst?: number;
  pairEveryMs?: number;
  /** How what cannot be delivered is told: in the answer, or after it in a status, as the real one mostly does. */
  tells?: 'atOnce' | 'later';
  /** 1 is the real schedule of webhooks that were not taken; 0.001 makes seconds milliseconds. */
  retryScale?: number;
  disorder?: Disorder;
  faults?: Faults;
  seed?: number;
  /** The clock of windows, limits and links. */
  now?: () => number;
  /** Keeps what outlives a restart (state.ts): for `npm run dev`. */
  stateFile?: string;
}

export type Settings = Required<Omit<WhatsappOptions, 'webhook' | 'faults' | 'stateFile'>>;

const text = (type: string, words: string) => ({ type, text: words });

const someTemplates: TemplateOptions[] = [
  {
    name: 'reply_waiting',
    language: 'en',
    category: 'UTILITY',
    components: [text('BODY', 'Hello {{1}}, we have an answer to your question. Write back to read it.')],
  },
  {
    name: 'order_update',
    language: 'en',
    category: 'UTILITY',
    components: [
      { ...text('HEADER', 'Order {{1}}'), format: 'TEXT' },
      text('BODY', 'Hello {{1}}, your order arrives {{2}}.'),
      text('FOOTER', 'Acme'),
    ],
  },
  {
    name: 'spring_sale',
    language: 'en',
    category: 'MARKETING',
    status: 'PAUSED',
    components: [text('BODY', 'Everything for your garden.')],
  },
];

export function withDefaults(
  options: WhatsappOptions,
  random: { token(): string; secret(): string; seed(): number },
): Settings {
  return {
    port: 0,
    token: random.token(),
    appSecret: random.secret(),
    accountId: '102290129340398',
    phoneNumberId: '106540352242922',
    displayNumber: '15550783881',
    templates: someTemplates,
    pairBurst: 45,
    pairEveryMs: 6_000,
    tells: 'later',
    retryScale: 1,
    disorder: {},
    seed: random.seed(),
    now: Date.now,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
}
