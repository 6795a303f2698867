/** What a local Telegram can be told at its start, and the faults that it plays. */

export interface BotOptions {
  id?: number;
  username?: string;
  name?: string;
  token?: string;
}

/** How unruly updates arrive. */
export interface Disorder {
  /** Each update comes so many times. */
  copies?: number;
  /** Each copy waits up to this long, by chance: that shuffles them. */
  delayMs?: number;
}

type FaultKind =
  /** 500, not carried out. */
  | 'error'
  /** 502 with a page of HTML, not carried out. */
  | 'html'
  /** 429 with `retry_after`, not carried out. */
  | 'limited'
  /** The bytes are taken, nothing is done, no answer comes. */
  | 'silentBefore'
  /** The bytes are taken, the request is carried out, no answer comes. */
  | 'silentAfter'
  /** The request is carried out, then the connection is reset. */
  | 'resetAfter'
  /** 401: the token has been revoked. */
  | 'revoked'
  /** 403: the person has blocked the bot, although no update has said so. */
  | 'blocked';

export interface Fault {
  kind: FaultKind;
  /** Those whose name begins so; `send` unless told. */
  method?: string;
  /** Only the first so many. */
  times?: number;
  /** Of `limited`, in seconds. */
  retryAfter?: number;
}

export interface TelegramOptions {
  port?: number;
  bot?: BotOptions;
  /** What lives there outlives the process. */
  stateFile?: string | undefined;
  /** Of the waits between two tries of an update: 1 is like the real one. */
  retryScale?: number;
  disorder?: Disorder;
  /** Messages a second in one chat, after a burst of `burst`; and of the bot. */
  perChat?: number;
  burst?: number;
  perSecond?: number;
  /** As the real one: webhooks by https alone, on its ports. */
  isStrict?: boolean;
  now?: () => number;
}
