/** What a local Resend can be told at its start. Everything has a default that is like the real one. */
import type { Faults } from './faults.ts';
import type { Malformed } from './webhooks/malformed.ts';

export interface DomainOptions {
  name: string;
  status?: 'verified' | 'pending' | 'failed' | 'not_started';
  /** Mail to any address at it arrives here. */
  receiving?: boolean;
  sending?: boolean;
  region?: 'us-east-1' | 'eu-west-1' | 'sa-east-1' | 'ap-northeast-1';
}

/** How unruly webhooks arrive. All by the seed: the same seed, the same disorder. */
export interface Disorder {
  /** Of ten events, how many come more than once (0 to 1), and how often at most (5: once and up to four times more). */
  duplicates?: number;
  most?: number;
  /** Each copy waits up to this long, by chance: that shuffles them. */
  delayMs?: number;
  /** Of all events, the share (0 to 1) that is accompanied by a delivery that must be refused. */
  malformed?: number;
  kinds?: readonly Malformed[];
}

export interface ResendOptions {
  /** 0, the default: a free one. */
  port?: number;
  /** Full access. */
  apiKey?: string;
  /** May only send. */
  sendingKey?: string;
  domains?: DomainOptions[];
  /** To whom mail from `…@resend.dev` may go: the account's own address. */
  ownAddress?: string;
  /** Recipients' domains that the real one refuses as no domains of people. */
  blockedDomains?: readonly string[];
  webhook?: { endpoint: string; events?: string[]; secret?: string };
  ratePerSecond?: number;
  /** Recipients and received mails a day; none unless told. */
  dailyQuota?: number;
  monthlyQuota?: number;
  /** 1 is the real schedule (5 s, 5 min, 30 min …); 0.001 makes it 5 ms, 300 ms, 1.8 s. */
  retryScale?: number;
  /** How long an endpoint may take to answer a webhook. */
  webhookTimeoutMs?: number;
  /** Deliveries under way at once. */
  parallelWebhooks?: number;
  disorder?: Disorder;
  faults?: Faults;
  seed?: number;
  /** How long after a send `GET /emails/{id}` still says 404. */
  visibleAfterMs?: number;
  /** From `email.sent` until the mail is in the mailbox and `email.delivered` goes out. */
  deliveryMs?: number;
  /** How long links to raw mails and attachments hold. */
  linkMs?: number;
  /** The clock of limits, keys and links. */
  now?: () => number;
  /** Keeps keys, endpoints and mails over a restart: for `npm run dev`. */
  stateFile?: string;
  /** How `references` looks among the headers of a received mail: both have been seen. */
  referencesAs?: 'json' | 'list';
}

export type Settings = Required<Omit<ResendOptions, 'webhook' | 'faults' | 'stateFile'>>;

const hourMs = 3_600_000;

export function withDefaults(options: ResendOptions, random: { key(): string; seed(): number }): Settings {
  return {
    port: 0,
    apiKey: `re_${random.key()}`,
    sendingKey: `re_${random.key()}`,
    domains: [
      { name: 'acme.example', sending: true },
      { name: 'in.acme.example', sending: true, receiving: true },
    ],
    ownAddress: 'owner@acme.example',
    blockedDomains: ['example.com', 'test.com'],
    ratePerSecond: 5,
    dailyQuota: Infinity,
    monthlyQuota: Infinity,
    retryScale: 1,
    webhookTimeoutMs: 15_000,
    parallelWebhooks: 64,
    disorder: {},
    seed: random.seed(),
    visibleAfterMs: 0,
    deliveryMs: 0,
    linkMs: hourMs,
    now: Date.now,
    referencesAs: 'json',
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
}
