/// <reference types="vite/client" />
/** What a provider told and nobody could make sense of (docs/rules.md M1, E2): shown to whoever keeps the channel, and tried again. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { refused } from '../../desk.setup';
import { openMailDesk } from '../../mail.setup';
import { readerOf } from '../../readShared.setup';
import { passTime, transact } from '../../test.setup';
import { connectMail } from './channels';
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
  await desk.work();
  const { teamId, channelId, manager } = desk;
  const told = async (key: string, payload: string, type = 'email.received') => {
    await transact(desk.t, (ctx) => storeEvent(ctx, { teamId, channelId, key, type, payload }));
    await desk.work();
  };
  const list = (numItems = 20, cursor: string | null = null) =>
    manager.as.query(api.channels.failedEvents, { teamId, channelId, paginationOpts: { numItems, cursor } });
  const retry = async (eventId: Awaited<ReturnType<typeof list>>['page'][number]['_id'], who = manager) => {
    await who.as.mutation(api.channels.retryEvent, { teamId, eventId });
    await passTime(desk.t, 10_000, 1_000);
  };
  /** As a desk does that dies over them. */
  const killJobs = () =>
    desk.t.run(async (ctx) => {
      const jobs = await ctx.db.system.query('_scheduled_functions').collect();
      for (const { _id, name, state } of jobs)
        if (name.includes('receive') && state.kind === 'pending') await ctx.scheduler.cancel(_id);
    });
  return { ...desk, told, list, retry, killJobs };
}

test('[M1] [E2] what failed is listed newest first, page by page, with its kind and why', async () => {
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

const hourMs = 3_600_000;

/** A mail that was told of while its fetching is refused, by default past the hour in which it is tried; `end()` ends the refusals. */
async function openRefused(forMs = 1.5 * hourMs) {
  const desk = await openFailing();
  const { t, channelId } = desk;
  let isDown = true;
  const raw = 'From: Jo <jo@customer.test>\r\nSubject: Help\r\n\r\nPlease help';
  vi.stubGlobal('fetch', async (url: string) => {
    if (url.includes('raw.')) return new Response(raw);
    if (isDown && !url.includes('limit=')) {
      return Response.json(
        { statusCode: 401, name: 'restricted_api_key', message: 'revoked' },
        { status: 401 },
      );
    }
    const listed = { id: 'r', to: ['help@in.shop.test'], created_at: new Date().toISOString() };
    if (url.includes('limit=')) return Response.json({ data: [listed], has_more: false });
    return Response.json({ id: 'r', raw: { download_url: 'https://raw.example/mail' } });
  });
  const payload = JSON.stringify({ type: 'email.received', data: { email_id: 'r' } });
  const told = { teamId: desk.teamId, channelId, key: 'email.received r', type: 'email.received', payload };
  await transact(t, (ctx) => storeEvent(ctx, told));
  await passTime(t, forMs, Math.min(60_000, forMs / 60));
  const event = () => t.run(async (ctx) => (await ctx.db.query('inboundEvents').first())!);
  if (forMs > hourMs) expect(await event()).toMatchObject({ state: 'failed', attempts: 7 });
  return { ...desk, event, end: () => void (isDown = false) };
}

test('[M1] [E2] what waits for its next try is listed with when that is, and one press does not wait; the warning ends with it', async () => {
  const { t, channelId, teamId, manager, ana, event, end, list, ...desk } = await openRefused(60_000);
  const tell = async (key: string) => {
    const broken = { teamId, channelId, key, type: 'email.received', payload: '{}' };
    await transact(t, (ctx) => storeEvent(ctx, broken));
    await passTime(t, 1_000, 1_000);
  };
  const triedAgain = (who = manager) => who.as.query(api.channels.eventsTriedAgain, { teamId, channelId });
  const health = () => readerOf(manager.as, teamId)(api.channels.health, { channelId });
  const { attempts, triedAt, state } = await event();
  expect([attempts, state]).toEqual([3, 'waiting']);
  expect(await triedAgain()).toMatchObject([
    {
      type: 'email.received',
      attempts: 3,
      failure: expect.stringContaining('revoked'),
      nextTryAt: triedAt! + 60_000,
    },
  ]);
  expect(await refused(triedAgain(ana))).toMatchObject({ code: 'NOT_ALLOWED' });
  expect(await health()).toMatchObject({ lastFailureAt: triedAt, lastReceivedAt: null });
  // One that fails for good meanwhile is not forgotten when the other is read.
  await tell('broken');
  expect((await list()).page).toMatchObject([{ failure: 'A mail was told of without its id.' }]);
  await desk.retry((await event())._id);
  expect((await event()).attempts).toBe(4);
  // The try that was put off before is not one more.
  await passTime(t, 60_000, 1_000);
  expect((await event()).attempts).toBe(4);
  end();
  await desk.retry((await event())._id);
  expect(await event()).toMatchObject({ state: 'done' });
  expect(await triedAgain()).toEqual([]);
  expect(await health()).toMatchObject({
    lastFailure: 'A mail was told of without its id.',
    lastReceivedAt: expect.any(Number),
  });
  await t.run(async (ctx) => ctx.db.delete((await list()).page[0]!._id));
  await tell('broken again');
  const [broken] = (await list()).page;
  const receipt = { payload: '{"type":"email.opened","data":{"email_id":"x"}}', type: 'email.opened' };
  await t.run((ctx) => ctx.db.patch(broken!._id, receipt));
  await desk.retry(broken!._id);
  expect(await health()).toMatchObject({ lastFailure: null, lastFailureAt: null });
});

test('[M1] [E2] what was told while the key was refused comes in as soon as there is a new one', async () => {
  const { t, channelId, channel, event, end } = await openRefused();
  end();
  const { mail: settings } = await channel();
  await transact(t, async (ctx) =>
    connectMail(ctx, (await ctx.db.get(channelId))!, { settings: settings!, apiKey: 're_new' }),
  );
  await passTime(t, 10_000, 1_000);
  expect(await event()).toMatchObject({ state: 'done' });
});

test('[M1] [E2] what the provider still lists is fetched when it gives it, and asked for no more often than hourly', async () => {
  const { t, event, end } = await openRefused();
  const looks = () => t.action(internal.delivery.mail.reconcile.missed, {});
  await passTime(t, 0.6 * hourMs, 60_000);
  const { attempts } = await event();
  await looks();
  await passTime(t, 10_000, 1_000);
  expect(await event()).toMatchObject({ state: 'failed', attempts });
  end();
  await passTime(t, hourMs, 60_000);
  await looks();
  await passTime(t, 10_000, 1_000);
  expect(await event()).toMatchObject({ state: 'done' });
});

test('[M1] [E2] what failed is tried for a week, with longer and longer waits, and comes in when nobody does anything', async () => {
  const { t, event, end } = await openRefused();
  const { receivedAt } = await event();
  await passTime(t, 4 * 24 * hourMs, hourMs);
  expect((await event()).attempts).toBeLessThan(7 + 10);
  end();
  await passTime(t, 24 * hourMs, hourMs);
  expect(await event()).toMatchObject({ state: 'done', receivedAt });
});

test('[E4] what never becomes anything ends after a week, and stays listed', async () => {
  const { t, event } = await openRefused();
  await passTime(t, 8 * 24 * hourMs, hourMs);
  const { attempts } = await event();
  await passTime(t, 8 * 24 * hourMs, hourMs);
  expect(await event()).toMatchObject({ state: 'failed', attempts });
});

test('[M1] [E2] what the desk died over is made sense of minutes later, without anybody asking', async () => {
  const desk = await openFailing();
  const { t, teamId, channelId } = desk;
  const payload = JSON.stringify({ type: 'email.delivered', data: { email_id: 'not-ours' } });
  // Stored, and its job is gone.
  await transact(t, (ctx) =>
    storeEvent(ctx, { teamId, channelId, key: 'k', type: 'email.delivered', payload }),
  );
  await desk.killJobs();
  const event = () => t.run((ctx) => ctx.db.query('inboundEvents').first());
  const sweep = () => t.mutation(internal.jobs.delivery.sweepEvents, {});
  await passTime(t, 179_000);
  // It may still be under way.
  expect([await sweep(), (await event())!.state]).toEqual([0, 'waiting']);
  await passTime(t, 2_000);
  expect(await sweep()).toBe(1);
  expect(await event()).toMatchObject({ attempts: 1, failure: expect.stringContaining('stopped') });
  await passTime(t, 6_000, 1_000);
  expect((await event())!.state).toBe('ignored');
  expect(await sweep()).toBe(0);
});

test('[M1] [E2] what ends the desk each time is given up after its tries, and shown', async () => {
  const desk = await openFailing();
  const { t, teamId, channelId, killJobs } = desk;
  await transact(t, (ctx) =>
    storeEvent(ctx, { teamId, channelId, key: 'k', type: 'email.received', payload: '{}' }),
  );
  await killJobs();
  let tries = 0;
  for (let minute = 0; minute < 120; minute++) {
    tries += await t.mutation(internal.jobs.delivery.sweepEvents, {});
    await killJobs();
    await passTime(t, 60_000);
  }
  expect(tries).toBe(7);
  expect((await desk.list()).page).toMatchObject([
    { attempts: 7, failure: expect.stringContaining('stopped') },
  ]);
});
