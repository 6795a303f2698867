/**
 * When an event is tried again, and what an answer says about its endpoint (docs/webhooks.md, "Tries"). Pure.
 *
 * The schedule is that of Standard Webhooks: ten tries over three days. An endpoint that fails is called one at a time; one
 * that says it is overloaded is left alone for as long as it asks; one that says it is gone, or has answered nothing well
 * for five days, is called no more.
 */
import type { DisabledBy } from './events';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long before the first try, the second, and so on. */
export const delaysMs = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;
const jitter = 0.2;

/** An endpoint that answered nothing well for so long is called no more. */
export const disableAfterMs = 5 * day;
/** A receiver may ask for no longer a rest. */
const maxRestMs = day;
/** For one that is overloaded and does not say for how long. */
const restMs = 5 * second;
const overloaded = new Set([429, 502, 504]);

/** Calls of one endpoint under way at once; of one that fails. */
export const maxSending = 8;
export const maxSendingWhileFailing = 1;

/** A call ends after 15 s; one of which nothing was heard for so long was lost. */
export const sendingLeaseMs = 60 * second;

/** Until the next try after so many, with its jitter; null: there is none. `chance`: 0 to 1. */
export function nextDelayMs(tries: number, chance: number): number | null {
  const delay = delaysMs[tries];
  return delay === undefined ? null : Math.round(delay * (1 - jitter + 2 * jitter * chance));
}

interface Answered {
  /** Null: none. */
  status: number | null;
  retryAfter?: string | undefined;
}

export interface Health {
  failingSince: number | undefined;
  /** It is not called before. */
  restsUntil: number | undefined;
  disabledBy: DisabledBy | undefined;
}

export interface Verdict {
  event: { to: 'delivered' } | { to: 'waiting'; dueAt: number } | { to: 'failed' };
  endpoint: Health;
}

interface Facts {
  answered: Answered;
  /** This one included. */
  tries: number;
  failingSince: number | undefined;
  now: number;
  chance: number;
}

/** Only 2xx is success: what redirects has not taken it. */
export function judgeAnswer({ answered, tries, failingSince = Infinity, now, chance }: Facts): Verdict {
  const { status, retryAfter } = answered;
  if (status !== null && status >= 200 && status < 300) {
    const endpoint = { failingSince: undefined, restsUntil: undefined, disabledBy: undefined };
    return { event: { to: 'delivered' }, endpoint };
  }
  const since = Math.min(failingSince, now);
  const rest = restOf(answered, now);
  const restsUntil = rest === null ? undefined : now + rest;
  const disabledBy = status === 410 ? 'gone' : now - since >= disableAfterMs ? 'failing' : undefined;
  const delay = nextDelayMs(tries, chance);
  const dueAt =
    delay === null ? null : Math.max(now + delay, retryAfter === undefined ? 0 : (restsUntil ?? 0));
  return {
    event: dueAt === null ? { to: 'failed' } : { to: 'waiting', dueAt },
    endpoint: { failingSince: since, restsUntil, disabledBy },
  };
}

/** How long it asks to be left alone; null: it does not. */
function restOf({ status, retryAfter }: Answered, now: number): number | null {
  const asked = retryAfter === undefined ? null : readRetryAfter(retryAfter, now);
  if (asked !== null) return Math.min(asked, maxRestMs);
  return status !== null && overloaded.has(status) ? restMs : null;
}

/** [RFC 9110] Seconds, or a date; in ms from now, null for anything else. */
export function readRetryAfter(text: string, now: number): number | null {
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * second;
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text.trim())) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
