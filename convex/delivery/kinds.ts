/**
 * What a kind of channel gives the core (docs/rules.md M1, M2): `mail/`, `telegram/` and their like hold one each. The core alone
 * knows of claims, leases, slots, the circuit and stored events (send.ts, receive.ts); a kind knows its provider.
 */
import { type Infer, v } from 'convex/values';
import type { Id } from '../_generated/dataModel';
import type { ActionCtx } from '../functions';
import { vKeptSecret } from '../model/delivery/channelSecrets';
import { vMailTold } from '../shared/delivery/mailEvents';
import type { SendOutcome } from '../shared/delivery/outcome';

export interface Send {
  outboxId: Id<'outbox'>;
  attempt: number;
}

/** One send that is ready to leave; each is called once, in this order. */
export interface Ready {
  /** From then on what leaves stands in the database, as it leaves. False: it is no longer this carrier's. */
  keep(): Promise<boolean>;
  call(): Promise<SendOutcome>;
  settle(outcome: SendOutcome): Promise<unknown>;
}

/** Brings one claimed send as far as the call. Null: it is no longer this carrier's. */
export type Carrier = (
  ctx: ActionCtx,
  send: Send,
) => Promise<Ready | { refused: string } | { waitsFor: string } | null>;

export const vOutcome = v.union(
  v.object({ state: v.union(v.literal('done'), v.literal('ignored')) }),
  /** Final: no try will make sense of it. */
  v.object({ failure: v.string(), isFinal: v.boolean() }),
);
export type Outcome = Infer<typeof vOutcome>;

/** A channel that is told something by webhook, as far as whoever tells it is known by that. */
export const vTold = v.object({
  channelId: v.id('channels'),
  teamId: v.id('teams'),
  /** Whose its events are at the provider, where that may change (a bot, a number); absent: nobody's. */
  account: v.optional(v.string()),
  secrets: v.array(v.object({ secret: v.string(), expiresAt: v.optional(v.number()), kept: vKeptSecret })),
});
export type Told = Infer<typeof vTold>;

/** A mail that was read of where its webhook was answered. */
export const vMailOf = v.object({ channelId: v.id('channels'), told: vMailTold });

export interface ToldOnce {
  eventId: Id<'inboundEvents'>;
  /** Of a mail that is tried for the first time: its event need not be looked at. */
  mail?: Infer<typeof vMailOf> | undefined;
  /** The next try after that many; where somebody has tried it since, theirs counts. */
  attempts?: number | undefined;
}

/**
 * Makes sense of one stored event; it may be called twice, and what throws is tried again. Null: the transaction that took it has
 * finished the event as well, or there is nothing to do.
 */
export type Receiver = (ctx: ActionCtx, event: ToldOnce) => Promise<Outcome | null>;
