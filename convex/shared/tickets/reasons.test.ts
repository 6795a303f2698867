import { expect, test } from 'vitest';
import { addedBrief } from './reasons';

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
