/** Handover words: reasons, the brief, and an agent's ordered rules (docs/rules.md §3). Pure. */
import { type Infer, v } from 'convex/values';
import { Said } from './language/said';
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

/** A rule without conditions would match everything; it matches nothing. */
export interface RuleTrial<R extends Rule> {
  rule: R;
  matched: boolean;
  /** For each condition, whether it holds and why, in words for the person who wrote the rule. */
  conditions: { holds: boolean; because: string }[];
}

/** [H1] Every rule in order with its reasons: what the rehearsal shows. */
export function tryRules<R extends Rule>(rules: readonly R[], facts: TurnFacts): RuleTrial<R>[] {
  const said = new Said(facts.text);
  const topic = new Said(facts.topic ?? '');
  return rules.map((rule) => {
    const conditions = rule.when.map((condition) => judge(condition, facts, said, topic));
    return { rule, conditions, matched: conditions.length > 0 && conditions.every(({ holds }) => holds) };
  });
}

/** [H1] The first rule that matches, or null. Its outcome may well be never to hand over. */
export function firstMatch<R extends Rule>(rules: readonly R[], facts: TurnFacts): R | null {
  return tryRules(rules, facts).find(({ matched }) => matched)?.rule ?? null;
}

function judge(
  condition: RuleCondition,
  facts: TurnFacts,
  said: Said,
  topic: Said,
): { holds: boolean; because: string } {
  switch (condition.type) {
    case 'keywords': {
      const found = condition.anyOf.find((keyword) => said.mentions(keyword));
      return found === undefined
        ? { holds: false, because: 'The message has none of the keywords.' }
        : { holds: true, because: `The message says “${found}”.` };
    }
    case 'topic': {
      const holds = said.isAbout(condition.topic) || topic.isAbout(condition.topic);
      return {
        holds,
        because: holds ? `It is about ${condition.topic}.` : `It is not about ${condition.topic}.`,
      };
    }
    case 'sentiment': {
      const shown = said.sentiment.toFixed(2);
      const holds = said.sentiment <= condition.atMost;
      return {
        holds,
        because: `The message sounds ${shown} (from -1 to 1), the rule asks for ${condition.atMost} or less.`,
      };
    }
    case 'lowConfidence': {
      const holds = facts.confidence < condition.below;
      const percent = Math.round(facts.confidence * 100);
      return { holds, because: `The best answer covers ${percent} % of what was asked.` };
    }
    case 'noAnswer':
      return {
        holds: facts.noAnswer,
        because: facts.noAnswer ? 'No article answers it.' : 'An article answers it.',
      };
    case 'turnsWithoutResolution': {
      const holds = facts.turns >= condition.atLeast;
      return { holds, because: `The agent has answered ${facts.turns} times in a row.` };
    }
    case 'outsideOpeningHours': {
      const holds = facts.outsideOpeningHours;
      return { holds, because: holds ? 'It is outside opening hours.' : 'It is not outside opening hours.' };
    }
    case 'toolNeedsApproval': {
      const holds = facts.toolNeedsApproval === true || facts.reported.includes('toolNeedsApproval');
      return { holds, because: holds ? 'A tool needs approval.' : 'No tool needs approval.' };
    }
    case 'reported': {
      const holds = facts.reported.includes(condition.condition);
      return {
        holds,
        because: `The agent ${holds ? 'reported' : 'did not report'} “${condition.condition}”.`,
      };
    }
  }
}
