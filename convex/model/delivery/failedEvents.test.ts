/// <reference types="vite/client" />
/** What a provider told and nobody could make sense of (docs/rules.md M1, E2): shown to whoever keeps the channel, and tried again. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import { refused } from '../../desk.setup';
import { openMailDesk } from '../../mail.setup';
import { transact } from '../../test.setup';
import { storeEvent } from './inboundEvents';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function openFailing() {
  const desk = await openMailDesk();
  const { teamId, channelId, manager } = desk;
  const told = async (key: string, payload: string, type = 'email.received') => {
    await transact(desk.t, (ctx) => storeEvent(ctx, { teamId, channelId, key, type, payload }));
    await desk.work();
  };
  const list = (numItems = 20, cursor: string | null = null) =>
    manager.as.query(api.channels.failedEvents, { teamId, channelId, paginationOpts: { numItems, cursor } });
  const retry = async (eventId: Awaited<ReturnType<typeof list>>['page'][number]['_id'], who = manager) => {
    await who.as.mutation(api.channels.retryEvent, { teamId, eventId });
    await desk.work();
  };
  return { ...desk, told, list, retry };
}

test('[M1] [E2] what failed for good is listed newest first, page by page, with its kind and why', async () => {
  const desk = await openFailing();
  for (const key of ['one', 'two', 'three']) {
    await desk.told(key, '{}');
    vi.advanceTimersByTime(1_000);
  }
  // What means nothing to the desk has not failed.
  await desk.told('four', '{}', 'email.opened');
  const { page, continueCursor, isDone } = await desk.list(2);
  expect([page.length, isDone]).toEqual([2, false]);
  expect(page[0]).toMatchObject({
    type: 'email.received',
    failure: 'A mail was told of without its id.',
    attempts: 1,
  });
  expect(page[0]!.at).toBeGreaterThan(page[1]!.at);
  expect((await desk.list(2, continueCursor)).page).toHaveLength(1);
});

test('[M1] [R3] tried again it is done, or fails at once with what is wrong now; the log says who asked', async () => {
  const desk = await openFailing();
  await desk.told('lost', '{}');
  await desk.told('broken', '{}');
  const [broken, lost] = (await desk.list()).page;
  const change = (eventId: typeof lost, payload: object, type: string) =>
    desk.t.run((ctx) => ctx.db.patch(eventId!._id, { payload: JSON.stringify(payload), type }));
  await change(lost, { type: 'email.delivered', data: { email_id: 'not-ours' } }, 'email.delivered');
  await change(broken, { type: 'email.received', data: { email_id: 'gone' } }, 'email.received');
  // Its tries of before are used up: a person sees at once what comes of theirs.
  await desk.t.run((ctx) => ctx.db.patch(broken!._id, { attempts: 7 }));
  await desk.retry(lost!._id);
  await desk.retry(broken!._id);
  expect((await desk.list()).page).toMatchObject([
    { _id: broken!._id, failure: expect.stringContaining('could not be'), attempts: 8 },
  ]);
  const log = await desk.t.run((ctx) => ctx.db.query('auditLog').collect());
  expect(log.filter(({ action }) => action === 'channel.eventTriedAgain')).toHaveLength(2);
});

test('[R2] [M1] managers alone, and nothing that has not failed is tried again', async () => {
  const desk = await openFailing();
  await desk.told('one', '{}');
  const [event] = (await desk.list()).page;
  expect(await refused(desk.retry(event!._id, desk.ana))).toMatchObject({ code: 'NOT_ALLOWED' });
  await desk.t.run((ctx) => ctx.db.patch(event!._id, { state: 'done' }));
  await desk.retry(event!._id);
  expect(await desk.t.run((ctx) => ctx.db.get(event!._id))).toMatchObject({ state: 'done', attempts: 1 });
});
