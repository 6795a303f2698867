import { expect, test } from 'vitest';
import type { RuleCondition } from '../../../convex/shared/agents/handover';
import { describeCondition } from './ruleWords';

test.each<[RuleCondition, string]>([
  [{ type: 'sentiment', atMost: -0.6 }, 'the customer sounds very unhappy'],
  [{ type: 'lowConfidence', below: 0.5 }, 'the agent is less than 50 % sure'],
  [{ type: 'reported', condition: 'outsideTimeLimit' }, 'the time limit in the article has passed'],
  [{ type: 'turnsWithoutResolution', atLeast: 6 }, 'the agent has answered 6 times without solving it'],
  [{ type: 'keywords', anyOf: ['refund', 'money back'] }, 'the message has one of refund, money back'],
])('[H1] a condition reads as a sentence: %o', (condition, sentence) => {
  expect(describeCondition(condition)).toBe(sentence);
});
