/**
 * Entries: everything that stands in a conversation's one thread, in commit order (docs/rules.md M1, T8).
 * A message goes to or comes from the customer; a note is internal; an event is a recorded change.
 */
import { type Infer, v } from 'convex/values';

export const vAuthor = v.union(
  v.object({ kind: v.literal('customer'), customerId: v.id('customers') }),
  v.object({ kind: v.literal('agent'), agentId: v.id('agents') }),
  v.object({ kind: v.literal('operator'), memberId: v.id('members') }),
  v.object({ kind: v.literal('system') }),
);
export type Author = Infer<typeof vAuthor>;

/** [C2] The only texts the system may send; the words stand in shared/conversation/systemTexts.ts. */
export const vSystemText = v.union(
  v.literal('personJoined'),
  v.literal('agentBack'),
  v.literal('waiting'),
  v.literal('handedOver'),
  v.literal('nobodyHere'),
);
export type SystemText = Infer<typeof vSystemText>;
