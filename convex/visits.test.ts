/** Where a customer writes from, as far as they have agreed and the team wants it (docs/rules.md M9). */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, internal } from './_generated/api';
import { openDesk } from './desk.setup';
import { readShared } from './readShared.setup';
import { customerIdentity } from './test.setup';

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

async function openChat() {
  const desk = await openDesk();
  const { t, teamId, conversationId, customerId, manager, ana } = desk;
  const channelId = (await t.run((ctx) => ctx.db.query('channels').first()))!._id;
  const sessionId = await t.run(async (ctx) => {
    await ctx.db.patch(conversationId, { channelId });
    const session = { teamId, channelId, customerId, conversationId };
    return ctx.db.insert('customerSessions', { ...session, tokenHash: 'x', expiresAt: Date.now() + 1e9 });
  });
  const customer = t.withIdentity(customerIdentity(sessionId));
  return {
    ...desk,
    note: (place: { page: string; referrer: string } | null) =>
      customer.mutation(api.web.notePage, { place }),
    want: (showsPage: boolean) => manager.as.mutation(api.channels.update, { teamId, channelId, showsPage }),
    wants: async () => (await customer.query(api.web.conversation, {})).wantsPage,
    shown: () => readShared(ana.as, api.visits.get, { teamId, conversationId }),
    kept: () => t.run((ctx) => ctx.db.query('visits').collect()),
  };
}

const place = {
  page: 'https://shop.example/tents/birk-2?session=secret#top',
  referrer: 'https://search.example/?q=tent',
};

test('[M9] off until the team wants it: before that nothing is kept, whatever a page sends', async () => {
  const chat = await openChat();
  expect(await chat.wants()).toBe(false);
  await chat.note(place);
  expect(await chat.kept()).toEqual([]);
  await chat.want(true);
  expect(await chat.wants()).toBe(true);
  await chat.note(place);
  expect(await chat.shown()).toMatchObject({
    page: 'https://shop.example/tents/birk-2',
    referrer: 'https://search.example/',
  });
  expect(JSON.stringify(await chat.kept())).not.toMatch(/secret|q=/);
  await chat.want(false);
  expect(await chat.shown()).toBeNull();
});

test('[M9] the customer takes it back, also when the team has switched it off', async () => {
  const chat = await openChat();
  await chat.want(true);
  await chat.note(place);
  await chat.want(false);
  await chat.note(null);
  expect(await chat.kept()).toEqual([]);
});

test('[E2] what is no address of a page takes away what was known, and says nothing', async () => {
  const chat = await openChat();
  await chat.want(true);
  await chat.note(place);
  await chat.note({ page: 'javascript:alert(1)', referrer: '' });
  expect(await chat.shown()).toBeNull();
});

test('[E3] the same page is written once, and rows go after 30 days', async () => {
  const chat = await openChat();
  await chat.want(true);
  await chat.note(place);
  const [before] = await chat.kept();
  vi.advanceTimersByTime(60_000);
  await chat.note(place);
  expect(await chat.kept()).toEqual([before]);
  vi.advanceTimersByTime(31 * 86_400_000);
  await chat.t.mutation(internal.jobs.sweeps.expired, {});
  expect(await chat.kept()).toEqual([]);
});
