/** Handover words: reasons, the brief, and an agent's ordered rules (product.md §3). Pure. */
import { type Infer, v } from 'convex/values';
import { vPriority } from './tickets';

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

/** [H1] What a rule looks at. All given parts must hold. */
export const vRuleCondition = v.union(
  v.object({ type: v.literal('keywords'), anyOf: v.array(v.string()) }),
  v.object({ type: v.literal('topic'), topic: v.string() }),
  v.object({ type: v.literal('sentiment'), atMost: v.number() }),
  v.object({ type: v.literal('lowConfidence'), below: v.number() }),
  v.object({ type: v.literal('noAnswer') }),
  v.object({ type: v.literal('turnsWithoutResolution'), atLeast: v.number() }),
  v.object({ type: v.literal('outsideOpeningHours') }),
  v.object({ type: v.literal('toolNeedsApproval') }),
  v.object({ type: v.literal('reported'), condition: v.string() }),
);
export type RuleCondition = Infer<typeof vRuleCondition>;

export const vRuleOutcome = v.union(
  v.object({
    handOver: v.literal(true),
    priority: vPriority,
    tags: v.array(v.string()),
    textToCustomer: v.optional(v.string()),
  }),
  v.object({ handOver: v.literal(false) }),
);
export type RuleOutcome = Infer<typeof vRuleOutcome>;
