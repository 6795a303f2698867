import { expect, test } from 'vitest';
import { outboxStates } from '../../../convex/shared/conversation/outbox';
import type { Entry } from '../../convex/threads';
import { canGoAgain, deliveryWords, isLost } from './deliveryWords';

const entry = (delivery: object, more: object = {}) =>
  ({
    author: { kind: 'operator', memberId: 'ana' },
    delivery: { failure: null, nextTryAt: null, isFetched: false, ...delivery },
    ...more,
  }) as unknown as Entry;
const said = (delivery: object, more?: object) => deliveryWords(entry(delivery, more))?.text;

test('[M2] every state has words, and no two the same', () => {
  const words = outboxStates.map((state) => said({ state }));
  expect(new Set(words).size).toBe(outboxStates.length);
  expect(words.every((text) => text !== undefined && text !== '')).toBe(true);
  expect(deliveryWords({})).toBeNull();
});

test('[P3] what the agent’s platform fetches says that it waits for that', () => {
  expect(said({ state: 'queued', isFetched: true })).toBe('Waits for the platform to fetch it');
});

test('[M2] what waits because its address is paused says so', () => {
  expect(said({ state: 'queued', isPaused: true })).toBe('Waits: the address it leaves by is paused');
  expect(said({ state: 'queued' })).toBe('Queued');
});

test('[M2] what waits because its address sends nothing says why, and when it is tried again', () => {
  const waits = said({ state: 'queued', failure: 'The key is not valid', nextTryAt: 5 });
  expect(waits).toMatch(/^Not sent yet, tried again at .*: The key is not valid$/);
});

test('[M2] what nobody knows says how often the provider was asked', () => {
  expect(said({ state: 'unknown', asked: 3 })).toBe(
    'Nobody knows whether it arrived: asked the provider 3 times.',
  );
  expect(said({ state: 'unknown' })).toBe('Nobody knows whether it arrived.');
});

test('[M2] what will be tried again is not lost; what was given up or cancelled is, and says why', () => {
  const waits = { state: 'failed', failure: 'busy', nextTryAt: 5 };
  expect(isLost(entry(waits))).toBe(false);
  expect(said(waits)).toMatch(/^Not sent yet, tried again at .*: busy$/);
  const givenUp = { state: 'failed', failure: 'No such mailbox' };
  expect(isLost(entry(givenUp))).toBe(true);
  expect(said(givenUp)).toBe('Not delivered: No such mailbox');
  const lost = (isOnlyHere: boolean) => said(givenUp, { neverSent: true, mail: { isOnlyHere } });
  expect(lost(true)).toBe('Never sent: No such mailbox');
  expect(lost(false)).toBe('It came back: No such mailbox');
  expect(isLost(entry({ state: 'cancelled' }))).toBe(true);
  expect(isLost(entry({ state: 'delivered' }))).toBe(false);
});

test('[M2] what there was no key for was never sent, and goes again only once there is one', () => {
  const kept = (canLeave?: true) =>
    entry({ state: 'sent' }, { neverSent: true, mail: { isOnlyHere: true, ...(canLeave && { canLeave }) } });
  expect(deliveryWords(kept())!.text).toMatch(/^Never sent: there was no key.* once there is one\.$/);
  expect(canGoAgain(kept())).toBe(false);
  expect(deliveryWords(kept(true))!.text).toMatch(/^Never sent: there was no key.* in the outbox\.$/);
  expect(canGoAgain(kept(true))).toBe(true);
  expect(canGoAgain(entry({ state: 'failed' }))).toBe(true);
  expect(canGoAgain(entry({ state: 'sent' }))).toBe(false);
});

test('[M2] what came back after it was delivered says so, and is lost', () => {
  const returned = { state: 'delivered', failure: 'No such user' };
  expect(said(returned, { neverSent: true })).toBe('Delivered, and it came back: No such user');
  expect(isLost(entry(returned, { neverSent: true }))).toBe(true);
});
