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
  webhook?: { endpoint: string; events?: string[]; secret?: string };
  ratePerSecond?: number;
  /** Recipients and received mails a day; none unless told. */
  dailyQuota?: number;
  monthlyQuota?: number;
  /** 1 is the real schedule (5 s, 5 min, 30 min …); 0.001 makes it 5 ms, 300 ms, 1.8 s. */
  retryScale?: number;
  disorder?: Disorder;
  faults?: Faults;
  seed?: number;
  /** The clock of limits, keys and links. */
  now?: () => number;
  /** Keeps what outlives a restart (state.ts): for `npm run dev`. */
  stateFile?: string;
}

export type Settings = Required<Omit<ResendOptions, 'webhook' | 'faults' | 'stateFile'>>;

export function withDefaults(options: ResendOptions, random: { key(): string; seed(): number }): Settings {
  return {
    port: 0,
    apiKey: `re_${random.key()}`,
    sendingKey: `re_${random.key()}`,
    domains: [
      { name: 'acme.example', sending: true },
      { name: 'in.acme.example', sending: true, receiving: true },
    ],
    ratePerSecond: 5,
    dailyQuota: Infinity,
    monthlyQuota: Infinity,
    retryScale: 1,
    disorder: {},
    seed: random.seed(),
    now: Date.now,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
}
