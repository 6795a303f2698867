/**
 * Which of an agent's ordered rules holds for a turn, and why (docs/rules.md H1). Pure.
 * Apart from the words for rules (handover.ts), which every client imports: judging needs whole languages.
 */
import type { Rule, RuleCondition, TurnFacts } from './handover';
import { Said } from './language/said';

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
      const because =
        condition.condition === 'outsideTimeLimit'
          ? `${holds ? 'The' : 'No'} time limit in the article has passed.`
          : `The agent ${holds ? 'reported' : 'did not report'} “${condition.condition}”.`;
      return { holds, because };
    }
  }
}
