import { describe, expect, test } from 'vitest';
import type { Spoken } from './brief';
import type { Rule, RuleCondition, TurnFacts } from './handover';
import { heatOf } from './heating';

const facts: TurnFacts = {
  text: 'I want a refund for my boots',
  confidence: 0.8,
  noAnswer: false,
  topic: 'Returns and refunds',
  turns: 2,
  outsideOpeningHours: false,
  reported: [],
};
const talk = (...texts: string[]): Spoken[] =>
  texts.flatMap((text, index) => [
    { sequence: 2 * index + 1, at: 0, from: 'customer' as const, text },
    { sequence: 2 * index + 2, at: 0, from: 'agent' as const, text: 'Here is what I know.' },
  ]);
const rule = (name: string, ...when: RuleCondition[]): Rule => ({
  name,
  when,
  outcome: { handOver: true, priority: 'high', tags: [] },
});
const heat = (given: Partial<Parameters<typeof heatOf>[0]>) =>
  heatOf({ spoken: talk('Where is my order?'), facts, rules: [], orderValue: undefined, ...given });
const kinds = (given: Partial<Parameters<typeof heatOf>[0]>) => heat(given).reasons.map(({ kind }) => kind);

test('[B5] an ordinary question has no heat', () => {
  expect(heat({})).toEqual({ heat: 0, reasons: [] });
});

describe('a rule that is near', () => {
  const keyword: RuleCondition = { type: 'keywords', anyOf: ['refund'] };
  const late: RuleCondition = { type: 'reported', condition: 'outsideTimeLimit' };
  test('[B5] is one whose conditions are all met but one, and says which', () => {
    expect(heat({ rules: [rule('Late refund', keyword, late)] }).reasons).toEqual([
      { kind: 'nearRule', rule: 'Late refund', missing: 'No time limit in the article has passed.' },
    ]);
  });
  test('[B5] [E3] says it in a line, however long the rule of before says what it is about', () => {
    const about: RuleCondition = { type: 'topic', topic: 'cancellation '.repeat(1_000) };
    const [reason] = heat({ rules: [rule('Long', keyword, about)] }).reasons;
    expect(reason).toMatchObject({ kind: 'nearRule', rule: 'Long' });
    expect((reason as { missing: string }).missing.length).toBeLessThanOrEqual(250);
  });
  const anger: RuleCondition = { type: 'sentiment', atMost: -0.5 };
  test.each([
    ['one that is met', [keyword]],
    ['one of which nothing is met yet', [late]],
    ['one of which two are missing', [keyword, late, anger]],
  ])('[B5] is not %s', (_name, when) => {
    expect(kinds({ rules: [rule('r', ...when)] })).toEqual([]);
  });
  test('[B5] a number of answers is near once half of them were given', () => {
    const rules = [rule('Circles', keyword, { type: 'turnsWithoutResolution', atLeast: 6 })];
    const near = (turns: number) => kinds({ rules, facts: { ...facts, turns } });
    expect([0, 1, 2].map(near)).toEqual([[], [], []]);
    expect([3, 4, 5].map(near)).toEqual([['nearRule'], ['nearRule'], ['nearRule']]);
  });
  test('[B5] is not one that never hands over', () => {
    expect(kinds({ rules: [{ name: 'r', when: [keyword, late], outcome: { handOver: false } }] })).toEqual(
      [],
    );
  });
});

describe('the same question', () => {
  test.each([
    [['Where is my order?', 'where is MY order'], 2],
    [['Where is my order?', 'I have waited for a week now! Tell me where my order is.'], 2],
    [['Where is my parcel?', 'My package, where is it?', 'wheres the parcel'], 3],
    [['Wo ist mein Päckchen?', 'wo ist mein packchen'], 2],
    [['我的订单在哪里？', '我的订单在哪里'], 2],
  ])('[B5] asked again is counted, however it is written: %j', (texts, times) => {
    expect(heat({ spoken: talk(...texts) }).reasons).toEqual([{ kind: 'askedAgain', times }]);
  });
  test.each([
    [['Where is my order?', 'Do you deliver to Norway?']],
    [['Hello', 'hello there']],
    [['Where is my order?', 'thanks, solved', 'Where is my order?']],
  ])('[B5] is not: %j', (texts) => {
    expect(kinds({ spoken: talk(...texts) })).toEqual([]);
  });
});

test('[B5] angry words heat, those of long ago and the agent’s do not', () => {
  expect(kinds({ spoken: talk('This is outrageous and unacceptable, you are useless') })).toEqual(['angry']);
  const long = talk('This is outrageous and unacceptable', 'A red one', 'A blue one', 'A green tent');
  expect(kinds({ spoken: long })).not.toContain('angry');
  const agents: Spoken[] = [{ sequence: 1, at: 0, from: 'agent', text: 'outrageous, unacceptable, useless' }];
  expect(kinds({ spoken: [...agents, ...talk('Where is it?')] })).toEqual([]);
});

test('[B5] what is at stake heats by its size, whatever the money', () => {
  const of = (orderValue: number) => heat({ orderValue });
  expect(of(1_240).reasons).toEqual([{ kind: 'orderValue', value: 1_240 }]);
  expect(of(0)).toEqual({ heat: 0, reasons: [] });
  expect(of(90).heat).toBeLessThan(of(900).heat);
  expect(of(Number.MAX_SAFE_INTEGER).heat).toBeLessThanOrEqual(40);
});

test('[B5] reasons add up to at most a hundred, the strongest first', () => {
  const angry = 'This is outrageous, unacceptable, useless, a scam! Where is my order?!';
  const all = heat({ spoken: talk(angry, angry, angry, angry), orderValue: 50_000 });
  expect(all.heat).toBe(100);
  expect(all.reasons.map(({ kind }) => kind)).toEqual(['askedAgain', 'angry', 'orderValue']);
});

test('[B5] [E4] however much was written, only the last of it is looked at', () => {
  const wall = 'where is my order '.repeat(2_000);
  const many = talk(...Array.from({ length: 60 }, () => wall));
  const began = performance.now();
  expect(heat({ spoken: many }).reasons).toEqual([{ kind: 'askedAgain', times: 12 }]);
  expect(performance.now() - began).toBeLessThan(500);
});
