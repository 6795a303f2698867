/** Live conversations (docs/rules.md B5): who stands there, in which order, why, and when they leave. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api } from './_generated/api';
import type { Id } from './_generated/dataModel';
import { openDesk, startThread } from './desk.setup';
import { endChat } from './model/control/endChat';
import { setAlarm } from './model/kit/alarms';
import { seedSampleShop } from './model/setup/sampleShop';
import { readShared } from './readShared.setup';
import { createTeam, customerIdentity, passTime, setupTest } from './test.setup';

const minute = 60_000;
beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
});

async function openLive() {
  const desk = await openDesk();
  const { t, teamId, ana } = desk;
  const live = () => readShared(ana.as, api.live.list, { teamId });
  const hot = () => readShared(ana.as, api.live.hot, { teamId });
  const row = (conversationId: Id<'conversations'>) =>
    readShared(ana.as, api.live.row, { teamId, conversationId });
  const another = () => startThread(desk, 'web');
  const looked = () => passTime(t, 2_500);
  return { ...desk, live, hot, row, another, looked };
}

describe('an outside agent’s', () => {
  test('[B5] a conversation stands there without any ticket, and the hottest first', async () => {
    const { customerWrites, conversationId, another, live, hot, row, looked } = await openLive();
    await customerWrites('Where is my order?');
    const other = await another();
    await other.customerWrites('This is outrageous, useless and unacceptable!');
    await looked();
    expect(await live()).toEqual({ conversations: [other.conversationId, conversationId], more: false });
    expect(await hot()).toBe(1);
    expect(await row(other.conversationId)).toMatchObject({ number: null, reasons: [{ kind: 'angry' }] });
    expect(await row(conversationId)).toMatchObject({
      customerName: 'Carla',
      heat: 0,
      preview: 'Where is my order?',
    });
  });

  test('[B5] a burst is looked at once, and what comes later again', async () => {
    const { t, customerWrites, conversationId, row, looked } = await openLive();
    const looks = async () =>
      (await t.run((ctx) => ctx.db.system.query('_scheduled_functions').collect())).filter(({ name }) =>
        name.startsWith('agents/heat'),
      ).length;
    for (const text of ['Where is it?', 'Where is my order?', 'Where is my order?!'])
      await customerWrites(text);
    expect(await looks()).toBe(1);
    await looked();
    expect(await row(conversationId)).toMatchObject({ reasons: [{ kind: 'askedAgain', times: 2 }] });
    await customerWrites('WHERE is my order');
    expect(await looks()).toBe(2);
    await looked();
    expect(await row(conversationId)).toMatchObject({ reasons: [{ kind: 'askedAgain', times: 3 }] });
  });

  test('[B5] [P1] what its platform says is at stake heats it', async () => {
    const { t, customerWrites, conversationId, row, looked } = await openLive();
    await t.run((ctx) => ctx.db.patch(conversationId, { attributes: { order_value: 1_240, plan: 'club' } }));
    await customerWrites('Can I change it?');
    await looked();
    expect(await row(conversationId)).toMatchObject({ reasons: [{ kind: 'orderValue', value: 1_240 }] });
  });
});

test('[B5] [M9] what a signed identity says is at stake heats, what a page only claims does not', async () => {
  const { t, customerId, customerWrites, another, conversationId, row, looked } = await openLive();
  const says = (isProven: boolean) =>
    t.run((ctx) =>
      ctx.db.patch(customerId, {
        attributes: [{ name: 'order_value', value: 900, ...(isProven && { isProven: true as const }) }],
      }),
    );
  await says(false);
  await customerWrites('Can I change it?');
  await looked();
  expect(await row(conversationId)).toMatchObject({ heat: 0 });
  await says(true);
  const other = await another();
  await other.customerWrites('Can I change it?');
  await looked();
  expect(await row(other.conversationId)).toMatchObject({ reasons: [{ kind: 'orderValue', value: 900 }] });
});

describe('leaving', () => {
  test('[B5] [C4] taking over before any handover opens a ticket, and the conversation leaves in the same moment', async () => {
    const { customerWrites, conversationId, live, looked, takesOver, ana, row, control } = await openLive();
    await customerWrites('Where is my order?');
    await looked();
    expect((await live()).conversations).toEqual([conversationId]);
    const { number } = await takesOver(ana);
    expect(number).toBe(1);
    expect((await live()).conversations).toEqual([]);
    expect(await row(conversationId)).toMatchObject({ heat: null, number: 1 });
    expect((await control()).holder).toBe('operator');
  });

  test('[B5] what comes late of a look never puts back what a person holds', async () => {
    const { customerWrites, live, looked, takesOver, ana } = await openLive();
    await customerWrites('Where is my order?');
    await takesOver(ana);
    await looked();
    expect((await live()).conversations).toEqual([]);
  });

  test('[B5] [M8] one that the customer has ended leaves, and what comes late of a look does not put it back', async () => {
    const { customerWrites, conversationId, live, looked, inCase } = await openLive();
    await customerWrites('Where is my order?');
    await looked();
    await customerWrites('Forget it.');
    await inCase(endChat);
    expect((await live()).conversations).toEqual([]);
    await looked();
    expect((await live()).conversations).toEqual([]);
    await customerWrites('Hello again');
    await looked();
    expect((await live()).conversations).toEqual([conversationId]);
  });

  test('[B5] ten minutes after the last word it leaves, and not before', async () => {
    const { t, customerWrites, agentAnswers, conversationId, another, live, looked } = await openLive();
    await customerWrites('Where is my order?');
    await looked();
    await agentAnswers('On its way.');
    await passTime(t, 6 * minute);
    await agentAnswers('It arrives tomorrow.');
    const other = await another();
    await other.customerWrites('Hello, a tent?');
    await looked();
    await passTime(t, 6 * minute);
    expect((await live()).conversations).toEqual([conversationId, other.conversationId]);
    await passTime(t, 6 * minute);
    expect((await live()).conversations).toEqual([]);
    // No alarm rings for a team in which nothing is going on.
    expect(await t.run((ctx) => ctx.db.query('alarms').collect())).toMatchObject([]);
  });
});

test('[B5] of a rush all leave who rest, however many they are', async () => {
  const { t, teamId, conversationId, live } = await openLive();
  const restsAt = Date.now() + 10 * minute + 1_000;
  await t.run(async (ctx) => {
    for (let since = 0; since < 250; since++) {
      const heat = { coolness: 100, since, reasons: [], restsAt };
      await ctx.db.insert('liveConversations', { teamId, conversationId, ...heat });
    }
    await setAlarm(ctx, 'live', teamId, restsAt);
  });
  expect((await live()).more).toBe(true);
  await passTime(t, 10 * minute + 5_000);
  expect(await live()).toEqual({ conversations: [], more: false });
});

describe('a built-in agent’s', () => {
  test('[B5] its heat comes with its turn: nothing more is scheduled for a message', async () => {
    const t = setupTest();
    const { teamId, owner, agentId, channelId } = await createTeam(t);
    await t.run((ctx) => seedSampleShop(ctx, teamId, agentId));
    const sessionId = await t.run(async (ctx) => {
      const customerId = await ctx.db.insert('customers', { teamId });
      const expiresAt = Date.now() + 86_400_000;
      return ctx.db.insert('customerSessions', { teamId, channelId, customerId, tokenHash: 'x', expiresAt });
    });
    const customer = t.withIdentity(customerIdentity(sessionId));
    await customer.mutation(api.web.send, {
      text: 'This is outrageous and useless. Where is my order?',
      clientMessageId: 'm1',
    });
    await passTime(t, 5_000);
    const { conversations } = await readShared(owner.as, api.live.list, { teamId });
    expect(conversations).toHaveLength(1);
    const row = await readShared(owner.as, api.live.row, { teamId, conversationId: conversations[0]! });
    expect(row.reasons).toMatchObject([{ kind: 'angry' }]);
    const jobs = await t.run((ctx) => ctx.db.system.query('_scheduled_functions').collect());
    expect(jobs.filter(({ name }) => name.startsWith('agents/heat'))).toEqual([]);
  });
});
