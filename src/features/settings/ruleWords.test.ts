import { expect, test } from 'vitest';
import type { RuleCondition } from '../../../convex/shared/agents/handover';
import { conditionFields, describeCondition, typeOf } from './ruleWords';

test.each<[RuleCondition, string]>([
  [{ type: 'sentiment', atMost: -0.6 }, 'the customer sounds very unhappy'],
  [{ type: 'sentiment', atMost: -0.5 }, 'the customer sounds unhappy'],
  [{ type: 'sentiment', atMost: -0.75 }, 'the customer sounds furious'],
  [{ type: 'sentiment', atMost: 0.2 }, 'the customer sounds less than pleased'],
  [{ type: 'lowConfidence', below: 0.5 }, 'the agent is less than 50 % sure'],
  [{ type: 'lowConfidence', below: 0.29 }, 'the agent is less than 29 % sure'],
  [{ type: 'reported', condition: 'lost' }, 'the agent reports lost'],
  [{ type: 'reported', condition: 'outsideTimeLimit' }, 'the time limit in the article has passed'],
  [{ type: 'turnsWithoutResolution', atLeast: 6 }, 'the agent has answered 6 times without solving it'],
  [{ type: 'keywords', anyOf: ['refund', 'money back'] }, 'the message has one of refund, money back'],
])('[H1] a condition reads as a sentence: %o', (condition, sentence) => {
  expect(describeCondition(condition)).toBe(sentence);
});

test.each<RuleCondition>([
  { type: 'sentiment', atMost: -0.6 },
  { type: 'sentiment', atMost: -0.5 },
  { type: 'lowConfidence', below: 0.29 },
  { type: 'reported', condition: 'outsideTimeLimit' },
  { type: 'reported', condition: 'lost' },
  { type: 'noAnswer' },
])('[H1] what the form shows of a condition is saved as it was: %o', (condition) => {
  const { read, make } = conditionFields[typeOf(condition)];
  expect(make(read(condition))).toEqual(condition);
});
