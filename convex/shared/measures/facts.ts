/**
 * What is measured (docs/rules.md B2–B4): a fact is one thing that happened, with all that it is counted by. It is written in the
 * transaction in which it happened and counted once, soon after; why so: docs/adr/0010-facts-then-counters.md. Pure.
 */
import { type Infer, v } from 'convex/values';
import { vChannelKind } from '../conversation/channels';
import { vPriority } from '../tickets/tickets';

/** What messages were there: counted, and then of no further use. */
export const messageKinds = ['customerMessage', 'agentMessage', 'operatorMessage'] as const;
/** How tickets came to operators: by a pass in one mode or the other, by a colleague, by themselves; and what they let go by (A9). */
const givenKinds = ['givenByLoad', 'givenByTurn', 'givenByHand', 'tookUp', 'letGo'] as const;
export type GivenKind = (typeof givenKinds)[number];
/** What stands in the thread, so that it can be read off it again. */
const threadKinds = [
  'begun',
  'withPerson',
  'contained',
  'notContained',
  'handover',
  'takenUp',
  'firstReply',
  'nextReply',
  'resolved',
  'closed',
  'reopened',
  'firstReplyMet',
  'firstReplyMissed',
  'nextReplyMet',
  'nextReplyMissed',
  'resolutionMet',
  'resolutionMissed',
  ...givenKinds,
  'rated',
] as const;
/** [B4] What never came to stand there. */
export const safetyKinds = ['refused', 'suppressed', 'duplicate', 'loop'] as const;

const kinds = [...messageKinds, ...threadKinds, ...safetyKinds] as const;
export type FactKind = (typeof kinds)[number];
export type SafetyKind = (typeof safetyKinds)[number];

/** Of a histogram: from a handover to a person's reply, and so on. `wait`: every wait for a person that ended, however. */
export type TimeKind = 'firstReply' | 'nextReply' | 'resolved' | 'wait';

export const vFactKind = v.union(...kinds.map((kind) => v.literal(kind)));

/** Facts of one thing; the rest of a row says whose. */
export const vFact = v.object({
  kind: vFactKind,
  /** When it counts: of a conversation's outcome, when it began. */
  at: v.number(),
  /** The entry that tells it; of what no entry tells, the last one then. */
  sequence: v.number(),
  /** −1: it is taken back. */
  count: v.number(),
  channel: vChannelKind,
  priority: v.optional(vPriority),
  /** The operator who did it, or to whom it came. */
  memberId: v.optional(v.id('members')),
  /** Why the ticket was there: `rule/` and the rule's name, or `reason/` and the reason. */
  cause: v.optional(v.string()),
  /** Of a handover: it opened the ticket. */
  opens: v.optional(v.literal(true)),
  /** Of a safety fact: the refusal. */
  code: v.optional(v.string()),
  /** Of a rating: 1 to 5. */
  score: v.optional(v.number()),
  number: v.optional(v.number()),
  /** The time it took, in ms without pauses, and how long the customer had waited for a person when it ended that. */
  ms: v.optional(v.number()),
  waitMs: v.optional(v.number()),
});
export type Fact = Infer<typeof vFact>;

/** [B3] A conversation's outcome is final this long after the customer's last word. */
export const settlesAfterMs = 72 * 3_600_000;
/** [B3] Whoever writes again after this long has come back. */
export const returnsAfterMs = 3_600_000;

/** What has to be known of a conversation so that its next entry can be measured. */
export const vMeasured = v.object({
  /** Of the counters it was last counted anew for (model/measures/recount.ts). */
  generation: v.number(),
  channel: v.optional(vChannelKind),
  /** [B3] The conversation as it is measured: from a first word until 72 h after the last one. */
  episode: v.optional(
    v.object({
      startedAt: v.number(),
      lastAt: v.number(),
      lastSequence: v.number(),
      channel: vChannelKind,
      /** What keeps it from being contained. */
      spoiled: v.optional(v.union(v.literal('person'), v.literal('return'))),
    }),
  ),
  /** The active ticket's. */
  clock: v.optional(
    v.object({
      ticketId: v.id('tickets'),
      number: v.number(),
      priority: v.optional(vPriority),
      cause: v.optional(v.string()),
      /** Opened, or opened again. */
      startedAt: v.number(),
      /** The handover that no person has replied to. */
      askedAt: v.optional(v.number()),
      waitingSince: v.optional(v.number()),
      /** Ended pauses together, and since when it pauses now. */
      pausedMs: v.number(),
      pausedSince: v.optional(v.number()),
      isWaitingOn: v.optional(v.literal(true)),
      isSnoozed: v.optional(v.literal(true)),
    }),
  ),
});
export type Measured = Infer<typeof vMeasured>;

/** [B3] When its outcome becomes final; undefined: nothing waits for it. */
export function settlesAt({ episode }: Measured): number | undefined {
  return episode && episode.lastAt + settlesAfterMs;
}
