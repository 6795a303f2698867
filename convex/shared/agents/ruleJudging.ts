/**
 * Which of an agent's ordered rules holds for a turn, and why (docs/rules.md H1). Pure.
 * Apart from the words for rules (handover.ts), which every client imports: judging needs whole languages.
 */
import type { Rule, RuleCondition, TurnFacts } from './handover';
import { Said } from './language/said';
import { moodAskedFor, moodOf } from './moods';

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
      const holds = said.sentiment <= condition.atMost;
      return { holds, because: sayMood(said.sentiment, condition.atMost, holds) };
    }
    case 'lowConfidence': {
      const holds = facts.confidence < condition.below;
      const [is, asked] = [facts.confidence, condition.below].map((part) => Math.round(part * 100));
      return { holds, because: `The agent is ${is} % sure${holds ? '' : `, not less than ${asked} %`}.` };
    }
    case 'noAnswer':
      return {
        holds: facts.noAnswer,
        because: facts.noAnswer ? 'No article answers it.' : 'An article answers it.',
      };
    case 'turnsWithoutResolution': {
      const holds = facts.turns >= condition.atLeast;
      const times = facts.turns === 1 ? 'once' : `${facts.turns} times`;
      const because =
        facts.turns === 0 ? 'It is the first answer.' : `The agent has answered ${times} without solving it.`;
      return { holds, because };
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

function sayMood(sentiment: number, atMost: number, holds: boolean): string {
  const [sounds, asked] = [moodOf(sentiment) ?? 'calm', moodAskedFor(atMost)];
  if (holds) return `The customer sounds ${sounds}.`;
  if (sounds === asked) return `The customer sounds ${sounds}, but less than the rule asks for.`;
  return `The customer sounds ${sounds}; the rule is for who sounds ${asked}.`;
}
