/**
 * Entries: everything that stands in a conversation's one thread, in commit order (docs/rules.md M1, T8).
 * A message goes to or comes from the customer; a note is internal; an event is a recorded change.
 */
import { type Infer, v } from 'convex/values';

export const vAuthor = v.union(
  v.object({ kind: v.literal('customer'), customerId: v.id('customers') }),
  v.object({ kind: v.literal('agent'), agentId: v.id('agents') }),
  /** Without `memberId`: somebody of the team who wrote past Baton, from a phone or a mail program (C13). */
  v.object({ kind: v.literal('operator'), memberId: v.optional(v.id('members')) }),
  v.object({ kind: v.literal('system') }),
);
export type Author = Infer<typeof vAuthor>;

/** [C13] Of what was said past Baton. */
export const vOutside = v.object({
  /** As its provider says; when Baton heard of it is the entry's `at`. */
  sentAt: v.number(),
  /** Older than what holds now: it is stored, and nothing follows from it. */
  isLate: v.optional(v.literal(true)),
  /** Since when the customer has waited who wrote after it, and was heard before it. */
  waitsSince: v.optional(v.number()),
});
export type Outside = Infer<typeof vOutside>;

/** Who of the team wrote past Baton is not known. */
export const theTeam = 'The team';

/** [C2] The only texts the system may send; the words stand in shared/conversation/systemTexts.ts. */
export const vSystemText = v.union(
  v.literal('personJoined'),
  v.literal('agentBack'),
  v.literal('waiting'),
  v.literal('handedOver'),
  v.literal('nobodyHere'),
  v.literal('welcome'),
  v.literal('continuesHere'),
);
export type SystemText = Infer<typeof vSystemText>;
