/** Handover words: reasons, the brief, and an agent's ordered rules (docs/rules.md §3). Pure; judged in ruleJudging.ts. */
import { type Infer, v } from 'convex/values';
import { vPriority } from '../tickets/tickets';

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

/** What the rules are judged by: this turn of the conversation. */
export interface TurnFacts {
  /** What the customer wrote and nobody has answered yet. */
  text: string;
  /** 0 … 1: how sure the agent is of its best answer. */
  confidence: number;
  /** The agent has nothing to answer with. */
  noAnswer: boolean;
  /** What the best article is called, if there is one. */
  topic?: string | undefined;
  /** Answers the agent has given since the last boundary, handover or thanks. */
  turns: number;
  outsideOpeningHours: boolean;
  toolNeedsApproval?: boolean | undefined;
  /** Conditions the agent reports about this turn, such as `outsideTimeLimit`. */
  reported: readonly string[];
}

export interface Rule {
  name: string;
  when: readonly RuleCondition[];
  outcome: RuleOutcome;
}
