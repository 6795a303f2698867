import { expect, it } from 'vitest';
import { makeStart, openStart, startHoldsMs } from './startTokens';

const key = new Uint8Array(32).fill(7);
const id = 'k57e3xw8q2m9t4v6b1n0c5d8f7g2h3j4';
const now = Date.UTC(2026, 10, 28, 14);

it('[M9] what is signed for a conversation opens that one, for an hour, and fits into a link', async () => {
  const start = await makeStart(key, id, now);
  expect(start).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  expect(await openStart(key, start, now)).toBe(id);
  expect(await openStart(key, start, now + startHoldsMs)).toBe(id);
  expect(await openStart(key, start, now + startHoldsMs + 61_000)).toBeNull();
});

it('[M9] nobody names another conversation, or another hour, or uses the key of another desk', async () => {
  const start = await makeStart(key, id, now);
  const [, until, mark] = start.split('-');
  const later = (parseInt(until!, 36) + 60).toString(36);
  for (const forged of [
    `${id.replace(/.$/, '5')}-${until}-${mark}`,
    `${id}-${later}-${mark}`,
    `${id}-${until}-${'0'.repeat(16)}`,
    `${id}-${until}`,
    '',
  ]) {
    expect(await openStart(key, forged, now)).toBeNull();
  }
  expect(await openStart(new Uint8Array(32), start, now)).toBeNull();
});
