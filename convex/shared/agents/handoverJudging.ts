/**
 * An outside agent's handover, judged by its rules (docs/rules.md H1, P1) at the edge, where that holds nobody up (E4): the
 * transaction that makes it gets what came of it. Pure.
 */
import type { GenericId } from 'convex/values';
import { z } from 'zod';
import type { OpenTimes } from '../kit/calendar';
import { isOpen } from '../kit/openTimes';
import { zHandover } from './agentApi';
import type { Spoken } from './brief';
import type { Heat } from './heat';
import { heatOf } from './heating';
import type { Rule, RuleOutcome } from './handover';
import { asksForPerson } from './language/personRequest';
import { firstMatch } from './ruleJudging';

const zJudgedRule = z.object({
  _id: z.custom<GenericId<'handoverRules'>>(),
  name: z.string(),
  outcome: z.custom<RuleOutcome>(),
});
/** As it was when it matched. */
export type JudgedRule = z.infer<typeof zJudgedRule>;

const zJudged = z.object({ wantsPerson: z.boolean(), rule: zJudgedRule.nullable() });

/** A handover on its way from the edge; from outside nobody can say how it was judged. */
export const zJudgedHandover = zHandover.extend({ judged: zJudged });

export interface HandoverFacts<R extends Rule> {
  /** The customer's words it is about, as far as they are judged. */
  text: string;
  /** Messages of the agent since the last boundary. */
  turns: number;
  calendar: OpenTimes | undefined;
  rules: readonly R[];
}

export function judgeHandover(
  { reason, confidence = 1, reported }: z.infer<typeof zHandover>,
  { text, turns, calendar, rules }: HandoverFacts<Rule & { _id: GenericId<'handoverRules'> }>,
  now: number,
): z.infer<typeof zJudged> {
  const rule = firstMatch(rules, {
    text,
    confidence,
    noAnswer: reason === 'noAnswer',
    turns,
    outsideOpeningHours: calendar !== undefined && !isOpen(calendar, now),
    reported,
  });
  return {
    wantsPerson: reason === 'customerAsked' || asksForPerson(text),
    rule: rule && { _id: rule._id, name: rule.name, outcome: rule.outcome },
  };
}

/** [B5] What an outside agent's conversation is judged by; `text`: what nobody has answered, or was said last. */
export interface HeatMaterial extends HandoverFacts<Rule> {
  spoken: readonly Spoken[];
  orderValue: number | undefined;
}

/** What only the agent could report, and how sure it is, nobody knows here: such a condition does not hold yet. */
export function judgeHeat(
  { spoken, text, turns, calendar, rules, orderValue }: HeatMaterial,
  now: number,
): Heat {
  const facts = {
    text,
    confidence: 1,
    noAnswer: false,
    turns,
    outsideOpeningHours: calendar !== undefined && !isOpen(calendar, now),
    reported: [],
  };
  return heatOf({ spoken, facts, rules, orderValue });
}
