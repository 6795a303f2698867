import { expect, test } from 'vitest';
import { spelled, suggestTags } from './suggestTags';

const known = [
  { tag: 'refund', count: 3 },
  { tag: 'Return', count: 40 },
  { tag: 'late refund', count: 90 },
  { tag: 'vip', count: 12 },
];
const offered = (typed: string, worn: string[] = []) => suggestTags(known, worn, typed).map(({ tag }) => tag);

test('[T7] offered are the most used tags that the ticket has not, those that begin as typed first', () => {
  expect(offered('')).toEqual(['late refund', 'Return', 'vip', 'refund']);
  expect(offered('RE')).toEqual(['Return', 'refund', 'late refund']);
  expect(offered('re', ['Return'])).toEqual(['refund', 'late refund']);
  expect(offered('none of them')).toEqual([]);
});

test('[T7] what is typed is the team’s own tag where that is written otherwise', () => {
  expect(spelled(known, 'VIP')).toBe('vip');
  expect(spelled(known, 'return')).toBe('Return');
  expect(spelled([...known, { tag: 'VIP', count: 1 }], 'VIP')).toBe('VIP');
  expect(spelled(known, 'new one')).toBe('new one');
});

test('[E3] no more are offered than one reads', () => {
  const many = Array.from({ length: 1_000 }, (_, count) => ({ tag: `tag ${count}`, count }));
  expect(suggestTags(many, [], '').map(({ count }) => count)).toEqual([
    999, 998, 997, 996, 995, 994, 993, 992,
  ]);
});
