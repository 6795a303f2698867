import { expect, test } from 'vitest';
import { suggestTags } from './suggestTags';

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

test('[E3] no more are offered than one reads', () => {
  const many = Array.from({ length: 1_000 }, (_, count) => ({ tag: `tag ${count}`, count }));
  expect(suggestTags(many, [], '').map(({ count }) => count)).toEqual([
    999, 998, 997, 996, 995, 994, 993, 992,
  ]);
});
