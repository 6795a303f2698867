import { expect, test } from 'vitest';
import { rank } from './rank';

const best = (query: string, ...labels: string[]) =>
  labels.filter((label) => rank(query, label) !== null).sort((a, b) => rank(query, b)! - rank(query, a)!);

test('[ux P4] letters that lie scattered in a command do not offer it before the tickets that have the word', () => {
  for (const label of ['Write a note', 'Select on to the next', 'Switch between reply and note'])
    expect(rank('tent', label), label).toBeNull();
  expect(rank('refund', 'Return the conversation for an hour and do it')).toBeNull();
});

test('[ux P4] beginnings of words, and words without vowels, find a command', () => {
  for (const query of ['wn', 'wan', 'wrt', 'write note', 'WR NO', 'wanote'])
    expect(rank(query, 'Write a note'), query).not.toBeNull();
  expect(rank('rslv', 'Resolve')).not.toBeNull();
  expect(rank('tkovr', 'Take over')).not.toBeNull();
  // The first o of "to" leads nowhere; the next word does.
  expect(rank('tove', 'To another over there')).not.toBeNull();
});

test('[ux P4] a whole beginning comes before a word, a word before its middle, and that before single letters', () => {
  expect(best('re', 'Turn a fire', 'Send a reply', 'Rate, then eat', 'Resolve')).toEqual([
    'Resolve',
    'Send a reply',
    'Turn a fire',
    'Rate, then eat',
  ]);
  expect(rank('', 'Resolve')).toBe(0);
});
