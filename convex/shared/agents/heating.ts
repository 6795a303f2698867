/**
 * How hot a conversation is that an agent answers, and why (docs/rules.md B5). Pure. Judged where the turn is, outside the writer, from
 * the last messages of the customer, each only as far as it is judged otherwise (E4).
 */
import { firstUnits, shortened } from '../kit/text';
import type { Spoken } from './brief';
import { type Heat, type HeatReason, mostHeat } from './heat';
import type { Rule, RuleCondition, TurnFacts } from './handover';
import { sentimentOf } from './language/sentiment';
import { nameWords, smallTalkOf } from './language/smallTalk';
import { relatedTo } from './language/synonyms';
import { sentencesOf, termsOf } from './language/words';
import { tryRules } from './ruleJudging';

export interface HeatFacts {
  /** Since the last boundary, oldest first. */
  spoken: readonly Spoken[];
  facts: TurnFacts;
  rules: readonly Rule[];
  /** Of who takes part. */
  names?: readonly string[];
  /** What is at stake, where the customer's identity or the agent's platform says. */
  orderValue: number | undefined;
}

/** Messages that are looked at, the newest, code units and sentences of each; letters of why a rule does not hold. */
const most = { messages: 12, units: 600, sentences: 8, rules: 3, reason: 250 };
/** As a rule about anger is usually set. */
const angryAtMost = -0.5;
const angryMessages = 3;
/** So much of what two messages are about is the same. */
const sameShare = 0.6;

export function heatOf({ spoken, facts, rules, orderValue, names = [] }: HeatFacts): Heat {
  const called = nameWords(names);
  const said = customerWords(spoken, called);
  const weighed = [
    ...nearRules(rules, facts),
    askedAgain(said, called),
    anger(said),
    atStake(orderValue),
  ].flatMap((each) => each ?? []);
  weighed.sort((a, b) => b.weight - a.weight);
  const sum = weighed.reduce((all, { weight }) => all + weight, 0);
  return { heat: Math.min(mostHeat, Math.round(sum)), reasons: weighed.map(({ reason }) => reason) };
}

interface Weighed {
  weight: number;
  reason: HeatReason;
}

/** What they have said since they last were content, the newest of it. */
function customerWords(spoken: readonly Spoken[], names: ReadonlySet<string>): string[] {
  const theirs = spoken.filter(({ from }) => from === 'customer').slice(-most.messages);
  const words = theirs.map(({ text }) => firstUnits(text, most.units));
  const content = words.findLastIndex((text) =>
    ['thanks', 'goodbye'].includes(smallTalkOf(text, names) ?? ''),
  );
  return words.slice(content + 1);
}

/**
 * Rules that would hand over, but for one condition. Where there is but one, nothing of it holds yet; nor is a number of answers
 * near before half of them were given.
 */
function nearRules(rules: readonly Rule[], facts: TurnFacts): Weighed[] {
  const several = rules.filter(({ when, outcome }) => outcome.handOver && when.length > 1);
  const isFar = (condition: RuleCondition) =>
    condition.type === 'turnsWithoutResolution' && facts.turns < condition.atLeast / 2;
  return tryRules(several, facts)
    .flatMap(({ rule, conditions }) => {
      const open = conditions.flatMap(({ holds, because }, at) =>
        holds ? [] : [{ because, isFar: isFar(rule.when[at]!) }],
      );
      return open.length === 1 && !open[0]!.isFar
        ? [{ rule: rule.name, missing: shortened(open[0]!.because, most.reason) }]
        : [];
    })
    .slice(0, most.rules)
    .map((near, index) => ({ weight: index === 0 ? 30 : 5, reason: { kind: 'nearRule', ...near } as const }));
}

/** How often the newest question was asked. */
function askedAgain(said: readonly string[], names: ReadonlySet<string>): Weighed | null {
  const asked = said.map((text) => askedIn(text, names)).filter((questions) => questions.length > 0);
  const newest = asked.at(-1);
  if (newest === undefined) return null;
  const repeats = (questions: readonly Question[]) =>
    questions.some((one) => newest.some((other) => isSame(one, other)));
  const times = asked.filter(repeats).length;
  if (times < 2) return null;
  return { weight: Math.min(50, 20 + 15 * (times - 1)), reason: { kind: 'askedAgain', times } };
}

/** What a sentence is about. */
type Question = ReadonlySet<string>;

/** Sentence by sentence: whoever asks again says more around it. */
function askedIn(text: string, names: ReadonlySet<string>): Question[] {
  if (smallTalkOf(text, names) !== null) return [];
  const sentences = sentencesOf(text).slice(0, most.sentences);
  return sentences.map((each) => new Set(termsOf(each))).filter((about) => about.size > 0);
}

/** Compared by stems, or what means the same. */
function isSame(one: Question, other: Question): boolean {
  const shared = [...one].filter((term) => hasMeaning(other, term)).length;
  return shared / Math.max(one.size, other.size) >= sameShare;
}

const hasMeaning = (terms: Question, term: string): boolean =>
  terms.has(term) || [...relatedTo(term)].some((other) => terms.has(other));

/** As handover rules hear it. */
function anger(said: readonly string[]): Weighed | null {
  const sounds = Math.min(0, ...said.slice(-angryMessages).map(sentimentOf));
  return sounds > angryAtMost ? null : { weight: -60 * sounds, reason: { kind: 'angry' } };
}

/** Ten times as much is as much hotter again, in whatever money. */
function atStake(value: number | undefined): Weighed | null {
  if (value === undefined || !(value > 1)) return null;
  return { weight: Math.min(40, 10 * Math.log10(value)), reason: { kind: 'orderValue', value } };
}
