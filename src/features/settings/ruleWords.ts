/** Handover rules as sentences, and the fields each kind of condition has. */
import type { RuleCondition, RuleOutcome } from '../../../convex/shared/agents/handover';

export type ConditionType = RuleCondition['type'];

interface ConditionField {
  label: string;
  /** What is typed beside it; absent: nothing. */
  value?: { hint: string; isNumber?: boolean };
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
    label: 'the customer sounds unhappy (−1 furious, 0 neutral)',
    value: { hint: '-0.5', isNumber: true },
    say: (value) =>
      Number(value) <= -0.6 ? 'the customer sounds very unhappy' : 'the customer sounds unhappy',
    make: (value) => ({ type: 'sentiment', atMost: Number(value) }),
    read: (condition) => (condition.type === 'sentiment' ? String(condition.atMost) : ''),
  },
  lowConfidence: {
    label: 'the agent is not sure (below, 0 to 1)',
    value: { hint: '0.5', isNumber: true },
    say: (value) => `the agent is less than ${Math.round(Number(value) * 100)} % sure`,
    make: (value) => ({ type: 'lowConfidence', below: Number(value) }),
    read: (condition) => (condition.type === 'lowConfidence' ? String(condition.below) : ''),
  },
  noAnswer: { label: 'the agent finds no answer', make: () => ({ type: 'noAnswer' }), read: none },
  turnsWithoutResolution: {
    label: 'the agent has answered in vain, times',
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
    value: { hint: 'outsideTimeLimit' },
    say: (value) =>
      value === 'outsideTimeLimit'
        ? 'the time limit in the article has passed'
        : `the agent reports ${value}`,
    make: (condition) => ({ type: 'reported', condition }),
    read: (condition) => (condition.type === 'reported' ? condition.condition : ''),
  },
};

export const conditionTypes = Object.keys(conditionFields) as ConditionType[];

export function splitWords(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}

export function describeCondition(condition: RuleCondition): string {
  const field = conditionFields[condition.type];
  const value = field.read(condition);
  if (field.say) return field.say(value);
  return value ? `${field.label} ${value}` : field.label;
}

export function describeOutcome(outcome: RuleOutcome): string {
  if (!outcome.handOver) return 'never hand over';
  const tags = outcome.tags.length ? `, tagged ${outcome.tags.join(', ')}` : '';
  return `hand over as ${outcome.priority}${tags}`;
}
