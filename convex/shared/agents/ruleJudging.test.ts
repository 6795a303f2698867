import { describe, expect, test } from 'vitest';
import type { Rule, RuleCondition, TurnFacts } from './handover';
import { firstMatch, tryRules } from './ruleJudging';

const facts: TurnFacts = {
  text: 'I want a refund for my boots',
  confidence: 0.8,
  noAnswer: false,
  topic: 'Returns and refunds',
  turns: 2,
  outsideOpeningHours: false,
  reported: [],
};
const rule = (name: string, ...when: RuleCondition[]): Rule => ({
  name,
  when,
  outcome: { handOver: true, priority: 'normal', tags: [] },
});

const rows: [string, RuleCondition, Partial<TurnFacts>, boolean][] = [
  ['a keyword', { type: 'keywords', anyOf: ['refund'] }, {}, true],
  ['another form of a keyword', { type: 'keywords', anyOf: ['refunds'] }, { text: 'was I refunded?' }, true],
  [
    'a keyword of two words',
    { type: 'keywords', anyOf: ['money back'] },
    { text: 'Give me my MONEY  back!' },
    true,
  ],
  [
    'two words that stand apart',
    { type: 'keywords', anyOf: ['money back'] },
    { text: 'money is back' },
    false,
  ],
  [
    'a keyword by its meaning',
    { type: 'keywords', anyOf: ['return'] },
    { text: 'I want to give it back' },
    true,
  ],
  [
    'a keyword with whom it happened to in between',
    { type: 'keywords', anyOf: ['charged twice'] },
    { text: 'How long does shipping take? You charged me twice!' },
    true,
  ],
  [
    'a keyword with something else in between',
    { type: 'keywords', anyOf: ['charged twice'] },
    { text: 'You charged the card, and twice I wrote' },
    false,
  ],
  [
    'what is left of a keyword of one weighty word',
    { type: 'keywords', anyOf: ['burned me'] },
    { text: 'a burned cup' },
    false,
  ],
  ['a part of a word', { type: 'keywords', anyOf: ['fund'] }, {}, false],
  ['an empty keyword', { type: 'keywords', anyOf: [''] }, {}, false],
  [
    'a keyword with an accent',
    { type: 'keywords', anyOf: ['échange'] },
    { text: 'je veux un echange' },
    true,
  ],
  ['a Chinese keyword', { type: 'keywords', anyOf: ['退款'] }, { text: '我想退款。' }, true],
  ['a topic in the text', { type: 'topic', topic: 'refunds' }, { topic: undefined }, true],
  ['a topic of the best article', { type: 'topic', topic: 'returns' }, { text: 'my boots' }, true],
  ['another topic', { type: 'topic', topic: 'kayaks' }, {}, false],
  ['anger', { type: 'sentiment', atMost: -0.5 }, { text: 'This is outrageous and unacceptable' }, true],
  ['no anger', { type: 'sentiment', atMost: -0.5 }, {}, false],
  ['low confidence', { type: 'lowConfidence', below: 0.9 }, {}, true],
  ['enough confidence', { type: 'lowConfidence', below: 0.8 }, {}, false],
  ['no answer', { type: 'noAnswer' }, { noAnswer: true }, true],
  ['an answer', { type: 'noAnswer' }, {}, false],
  ['enough turns', { type: 'turnsWithoutResolution', atLeast: 2 }, {}, true],
  ['too few turns', { type: 'turnsWithoutResolution', atLeast: 3 }, {}, false],
  ['closed', { type: 'outsideOpeningHours' }, { outsideOpeningHours: true }, true],
  ['open', { type: 'outsideOpeningHours' }, {}, false],
  ['a tool that waits', { type: 'toolNeedsApproval' }, { reported: ['toolNeedsApproval'] }, true],
  ['no tool', { type: 'toolNeedsApproval' }, {}, false],
  ['a reported condition', { type: 'reported', condition: 'late' }, { reported: ['x', 'late'] }, true],
  ['another reported condition', { type: 'reported', condition: 'late' }, { reported: ['later'] }, false],
];

describe('rules', () => {
  test.each(rows)('[H1] %s: %j', (_name, condition, more, holds) => {
    const [trial] = tryRules([rule('r', condition)], { ...facts, ...more });
    expect(trial?.matched).toBe(holds);
    expect(trial?.conditions[0]?.because).toMatch(/\w+.*\.$/);
  });

  test.each<[RuleCondition, Partial<TurnFacts>, string]>([
    [
      { type: 'sentiment', atMost: -0.6 },
      {},
      'The customer sounds calm; the rule is for who sounds very unhappy.',
    ],
    [
      { type: 'sentiment', atMost: -0.5 },
      { text: 'that is bad' },
      'The customer sounds unhappy, but less than the rule asks for.',
    ],
    [
      { type: 'sentiment', atMost: -0.6 },
      { text: 'awful, horrible, I hate it' },
      'The customer sounds furious.',
    ],
    [{ type: 'lowConfidence', below: 0.9 }, { confidence: 0.4 }, 'The agent is 40 % sure.'],
    [
      { type: 'lowConfidence', below: 0.5 },
      { confidence: 1 },
      'The agent is 100 % sure, not less than 50 %.',
    ],
    [{ type: 'turnsWithoutResolution', atLeast: 6 }, { turns: 0 }, 'It is the first answer.'],
    [
      { type: 'turnsWithoutResolution', atLeast: 6 },
      { turns: 1 },
      'The agent has answered once without solving it.',
    ],
  ])('[H1] why a condition holds or not is a sentence: %j %j', (condition, more, sentence) => {
    const [trial] = tryRules([rule('r', condition)], { ...facts, ...more });
    expect(trial?.conditions[0]?.because).toBe(sentence);
  });

  test('[H1] the first match wins, whatever follows', () => {
    const rules = [
      rule('first', { type: 'noAnswer' }),
      rule('second', { type: 'keywords', anyOf: ['refund'] }),
      rule('third', { type: 'keywords', anyOf: ['boots'] }),
    ];
    expect(firstMatch(rules, facts)?.name).toBe('second');
    expect(firstMatch(rules.toReversed(), facts)?.name).toBe('third');
    expect(firstMatch(rules, { ...facts, noAnswer: true })?.name).toBe('first');
    expect(firstMatch([], facts)).toBeNull();
  });

  test('[H1] every condition of a rule must hold, and a rule without conditions matches nothing', () => {
    const both = rule(
      'both',
      { type: 'keywords', anyOf: ['refund'] },
      { type: 'reported', condition: 'late' },
    );
    expect(firstMatch([both], facts)).toBeNull();
    expect(firstMatch([both], { ...facts, reported: ['late'] })?.name).toBe('both');
    expect(firstMatch([rule('none')], facts)).toBeNull();
  });
});
