/** Handover rules as sentences, and the fields each kind of condition has. */
import type { RuleCondition, RuleOutcome } from '../../../convex/shared/agents/handover';
import { moodAskedFor, moods } from '../../../convex/shared/agents/moods';

/** As one chooses them: the time limit of an article is a condition that our own agent reports. */
export type ConditionType = RuleCondition['type'] | 'timeLimit';
const timeLimit = 'outsideTimeLimit';

interface ConditionField {
  label: string;
  /** What is typed or chosen beside it; absent: nothing. */
  value?: { hint: string; isNumber?: boolean; choices?: Record<string, string> };
  make: (value: string) => RuleCondition;
  read: (condition: RuleCondition) => string;
  /** The whole condition as somebody would say it; absent: the label, then the value. */
  say?: (value: string) => string;
}

const none = () => '';

export const conditionFields: Record<ConditionType, ConditionField> = {
  keywords: {
    label: 'the message has one of',
    value: { hint: 'refund, money back' },
    make: (value) => ({ type: 'keywords', anyOf: splitWords(value) }),
    read: (condition) => (condition.type === 'keywords' ? condition.anyOf.join(', ') : ''),
  },
  topic: {
    label: 'the topic is',
    value: { hint: 'refund' },
    make: (topic) => ({ type: 'topic', topic }),
    read: (condition) => (condition.type === 'topic' ? condition.topic : ''),
  },
  sentiment: {
    label: 'the customer sounds',
    value: {
      hint: '',
      choices: Object.fromEntries(moods.map(({ atMost, word }) => [String(atMost), word])),
    },
    say: (value) => `the customer sounds ${moodAskedFor(Number(value))}`,
    make: (value) => ({ type: 'sentiment', atMost: Number(value) }),
    read: (condition) => (condition.type === 'sentiment' ? String(condition.atMost) : ''),
  },
  lowConfidence: {
    label: 'the agent is less sure than, in %',
    value: { hint: '50', isNumber: true },
    say: (value) => `the agent is less than ${value} % sure`,
    make: (value) => ({ type: 'lowConfidence', below: Number(value) / 100 }),
    read: (condition) =>
      condition.type === 'lowConfidence' ? String(Number((condition.below * 100).toPrecision(6))) : '',
  },
  noAnswer: { label: 'the agent finds no answer', make: () => ({ type: 'noAnswer' }), read: none },
  turnsWithoutResolution: {
    label: 'so many answers have not solved it',
    value: { hint: '4', isNumber: true },
    say: (value) => `the agent has answered ${value} times without solving it`,
    make: (value) => ({ type: 'turnsWithoutResolution', atLeast: Number(value) }),
    read: (condition) => (condition.type === 'turnsWithoutResolution' ? String(condition.atLeast) : ''),
  },
  outsideOpeningHours: {
    label: 'it is outside opening hours',
    make: () => ({ type: 'outsideOpeningHours' }),
    read: none,
  },
  toolNeedsApproval: {
    label: 'a tool needs approval',
    make: () => ({ type: 'toolNeedsApproval' }),
    read: none,
  },
  reported: {
    label: 'the agent reports',
    value: { hint: 'addressIncomplete' },
    make: (condition) => ({ type: 'reported', condition }),
    read: (condition) => (condition.type === 'reported' ? condition.condition : ''),
  },
  timeLimit: {
    label: 'the time limit in the article has passed',
    make: () => ({ type: 'reported', condition: timeLimit }),
    read: none,
  },
};

export const typeOf = (condition: RuleCondition): ConditionType =>
  condition.type === 'reported' && condition.condition === timeLimit ? 'timeLimit' : condition.type;

export const conditionTypes = Object.keys(conditionFields) as ConditionType[];

export function splitWords(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}

export function describeCondition(condition: RuleCondition): string {
  const field = conditionFields[typeOf(condition)];
  const value = field.read(condition);
  if (field.say) return field.say(value);
  return value ? `${field.label} ${value}` : field.label;
}

export function describeOutcome(outcome: RuleOutcome): string {
  if (!outcome.handOver) return 'never hand over';
  const tags = outcome.tags.length ? `, tagged ${outcome.tags.join(', ')}` : '';
  return `hand over as ${outcome.priority}${tags}`;
}
