import { expect, test } from 'vitest';
import { api } from '../../_generated/api';
import { openDesk } from '../../desk.setup';
import { refusal } from '../../test.setup';

test('[T3] [C10] who changes tags takes nobody’s: what others added or removed since stays so', async () => {
  const { teamId, ana, ben, tickets, handsOver } = await openDesk();
  const { ticketId } = await handsOver();
  const set = (who: typeof ana, tags: string[], from?: string[]) =>
    who.as.mutation(api.tickets.setTags, { teamId, ticketId, tags, ...(from && { from }) });
  const tags = async () => (await tickets())[0]!.tags;
  await set(ana, ['vip', 'late']);
  // Both have seen these two.
  await set(ben, ['vip', 'late', 'refund'], ['vip', 'late']);
  await set(ana, ['late', 'parcel'], ['vip', 'late']);
  expect(await tags()).toEqual(['late', 'refund', 'parcel']);
  // What somebody removed meanwhile does not come back with another's tag.
  await set(ben, ['late', 'refund'], ['late', 'refund', 'parcel']);
  await set(ana, ['late', 'refund', 'parcel', 'new'], ['late', 'refund', 'parcel']);
  expect(await tags()).toEqual(['late', 'refund', 'new']);
  // Both add the same one: it is there once, and said once.
  await set(ben, ['late', 'refund', 'new', 'same'], ['late', 'refund', 'new']);
  await set(ana, ['late', 'refund', 'new', 'same'], ['late', 'refund', 'new']);
  expect(await tags()).toEqual(['late', 'refund', 'new', 'same']);
  // [E6] A tag is as long as its reader counts it.
  const astronauts = '🧑‍🚀'.repeat(60);
  await set(ana, [astronauts]);
  expect(await tags()).toEqual([astronauts]);
  expect(await refusal(set(ana, [`${astronauts}!`]))).toBe('INVALID_INPUT');
  // Who says nothing of what they have seen sets them as they are.
  await set(ana, ['only']);
  expect(await tags()).toEqual(['only']);
});
