/**
 * What became of a send, as its carrier tells it, and what follows (docs/rules.md M2, M7). Pure.
 *
 *   sent        the provider took it
 *   stayed      there was no key to send it with: it is read in the local outbox, and has reached nobody
 *   retry       the provider is in trouble, or asks for patience: later, the same bytes again
 *   later       it takes none of this address yet, and others of the account all the same
 *   account     it takes nothing from this account (a key that is refused): nothing more is tried until somebody looks
 *   permanent   it will never take this one: given up
 *   taken       it took something under this key, and not these bytes: nobody knows what arrived, and no try will tell
 *   unknown     bytes went out and nothing came back: reconciled, never blindly sent again
 */
import { type Infer, v } from 'convex/values';

export const vSendOutcome = v.object({
  what: v.union(
    v.literal('sent'),
    v.literal('stayed'),
    v.literal('retry'),
    v.literal('later'),
    v.literal('account'),
    v.literal('permanent'),
    v.literal('taken'),
    v.literal('unknown'),
  ),
  failure: v.optional(v.string()),
  /** The provider's id of what it took. */
  providerId: v.optional(v.string()),
  /** As its answer says: how long to wait, and how many it takes a second. */
  retryAfterMs: v.optional(v.number()),
  perSecond: v.optional(v.number()),
  /** [M7] Refused since the customer wrote too long ago, whatever the desk has counted. */
  isWindowClosed: v.optional(v.boolean()),
});
export type SendOutcome = Infer<typeof vSendOutcome>;

const second = 1_000;
const hour = 3_600 * second;

/** Providers know a key for a day: a try after that could be a second mail. */
const givenUpAfterMs = 20 * hour;

/**
 * What a provider asks for, as far as it is heeded: once an hour it is asked again, whatever it said. A number that is none, or one of
 * years, would hold a conversation or an account for good.
 */
export const patienceOf = (retryAfterMs = 0): number => (retryAfterMs > 0 ? Math.min(retryAfterMs, hour) : 0);

/** Before the next try of one send: 2, 4, 8 … seconds, at most half a minute, or what the provider asks for. */
function retryInMs(attempts: number, retryAfterMs = 0): number {
  return Math.max(retryAfterMs, Math.min(2 ** attempts, 30) * second);
}

/** So many troubles in a row open the circuit: one probe at a time until one gets through. */
export const troublesUntilOpen = 3;

/** Before the next probe: 1, 2, 4 … seconds, at most half a minute, or what the provider asks for. */
export function probeInMs(failures: number, retryAfterMs = 0): number {
  const steps = Math.min(2 ** Math.max(0, failures - troublesUntilOpen), 30);
  return Math.max(patienceOf(retryAfterMs), steps * second);
}

/** While an account takes nothing, or a channel is paused, what is unknown looks at least this often whether that is over. */
export const closedWaitMs = 30 * second;

/** A key that was refused is tried again this much later. */
export const accountRetryMs = 300 * second;

/** Before a send nobody knows the outcome of is asked about: at once, then less and less often. */
export function reconcileInMs(asked: number): number {
  return Math.min(2 ** asked * 5, 900) * second;
}

/** How a send stands when its carrier reports. */
interface Tried {
  attempts: number;
  /** How often the provider was asked what became of it. */
  asked: number;
  isUnknown: boolean;
  /** When it was first tried: from then on the provider knows its key. */
  triedAt: number;
}

/** `inMs`: when it is asked about, or tried again; absent on `failed`: given up. */
export type Next = { to: 'sent' } | { to: 'unknown'; inMs: number } | { to: 'failed'; inMs?: number };

/** What follows from what a carrier reports. */
export function nextStep(
  { what, retryAfterMs: toldMs }: SendOutcome,
  { attempts, asked, isUnknown, triedAt }: Tried,
  now: number,
): Next {
  if (what === 'sent' || what === 'stayed') return { to: 'sent' };
  if (what === 'permanent' || what === 'taken') return { to: 'failed' };
  const retryAfterMs = patienceOf(toldMs);
  // A provider that is too busy to say what became of it has said nothing of it.
  if (what === 'unknown' || isUnknown)
    return { to: 'unknown', inMs: Math.max(retryAfterMs, reconcileInMs(asked)) };
  if (isForgotten(triedAt, now)) return { to: 'failed' };
  // Of this recipient alone it said when: no longer, and no shorter.
  const inMs = what === 'later' && retryAfterMs > 0 ? retryAfterMs : retryInMs(attempts, retryAfterMs);
  return { to: 'failed', inMs };
}

/** Another try could be a second mail. */
export const isForgotten = (triedAt: number, now: number): boolean => now - triedAt > givenUpAfterMs;

export const didNotReport = 'The delivery did not report back in time.';
export const nobodyKnows = 'Nobody knows whether it arrived.';

/** Sends a second, as long as the provider has not said: the least that any of them grants. */
export const defaultPerSecond = 2;
