import { expect, test } from 'vitest';
import { addedBrief, type Brief } from './reasons';

const known = {
  asked: 'Where is my refund?',
  facts: [{ text: 'Order number: 48213', sequence: 1 }],
  tried: ['Answered from “Refunds”'],
  blockedBy: 'No article answers this.',
  suggested: 'Look at the order.',
};

test('[H7] a further brief adds: the first question stays first, and one fact is one row', () => {
  const further = {
    asked: 'Hello? Order 48213!',
    facts: [
      { text: 'Order number: 48213', sequence: 5 },
      { text: 'Amount: €49', sequence: 5 },
    ],
    tried: ['Answered from “Refunds”'],
    blockedBy: 'The customer asked for a person.',
  };
  expect(addedBrief(known, further)).toEqual({
    asked: 'Where is my refund?\nHello? Order 48213!',
    facts: [
      { text: 'Order number: 48213', sequence: 1 },
      { text: 'Amount: €49', sequence: 5 },
    ],
    tried: ['Answered from “Refunds”'],
    blockedBy: 'The customer asked for a person.',
    suggested: 'Look at the order.',
  });
  expect(addedBrief(known, known)).toEqual(known);
  expect(addedBrief(undefined, known)).toEqual(known);
});

test('[H7] [E6] however often it is added to, the first question is never lost', () => {
  let brief = known;
  for (let at = 0; at < 40; at++) {
    brief = { ...known, ...addedBrief(brief, { asked: `${at} ${'😀'.repeat(60)}`, facts: [], tried: [] }) };
  }
  expect(brief.asked.startsWith(known.asked)).toBe(true);
  expect(brief.asked.length).toBeLessThanOrEqual(1_000);
});

test('[H7] [E4] a brief stays small, however often and with how much an agent hands over', () => {
  let brief: Brief = { asked: 'Where is it?', facts: [], tried: [] };
  for (let time = 1; time <= 60; time++) {
    const lines = Array.from({ length: 50 }, (_, at) => `${time}.${at} ${'f'.repeat(480)}`);
    const facts = lines.map((text) => ({ text, sequence: time }));
    brief = addedBrief(brief, { asked: `${time}`, facts, tried: lines });
  }
  expect(JSON.stringify(brief).length).toBeLessThan(60_000);
  expect(brief.asked.startsWith('Where is it?')).toBe(true);
  expect([brief.facts[0]!.text.slice(0, 5), brief.tried.at(-1)!.slice(0, 6)]).toEqual(['60.0 ', '60.49 ']);
});
