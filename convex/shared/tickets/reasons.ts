/** Why there is a ticket: reasons and the brief that comes with a handover (docs/rules.md H1, H2, T7). */
import { type Infer, v } from 'convex/values';

/** Why a ticket was opened or a reason was added to it. */
export const vHandoverReason = v.union(
  v.literal('customerAsked'),
  v.literal('rule'),
  v.literal('noAnswer'),
  v.literal('agentAsked'),
  v.literal('agentFailed'),
  v.literal('takenOver'),
);
export type HandoverReason = Infer<typeof vHandoverReason>;

/** [H2] Each fact names the message (by sequence) it was read in. */
export const vBrief = v.object({
  asked: v.string(),
  facts: v.array(v.object({ text: v.string(), sequence: v.number() })),
  tried: v.array(v.string()),
  blockedBy: v.optional(v.string()),
  suggested: v.optional(v.string()),
});
export type Brief = Infer<typeof vBrief>;
