/// <reference types="vite/client" />
/** Rule M9: what the team calls a customer, and what nobody but the team is told of it. */
import { expect, test } from 'vitest';
import { api } from '../../_generated/api';
import { openDesk, startThread } from '../../desk.setup';
import { readerOf } from '../../readShared.setup';
import { customerIdentity, refusal, transact } from '../../test.setup';
import { renameAll } from './renaming';
import { callNameOf } from '../../shared/customer/callNames';

/** Somebody in the chat who has said nothing of themself, with a ticket. */
async function openUnknown() {
  const desk = await openDesk();
  const { t, teamId, conversationId, ana } = desk;
  const { customerId } = (await t.run((ctx) => ctx.db.get(conversationId)))!;
  await t.run((ctx) => ctx.db.patch(customerId, { name: undefined }));
  await desk.customerWrites('Where is my order?');
  const { number } = await desk.handsOver();
  const sessionId = await t.run(async (ctx) =>
    ctx.db.insert('customerSessions', {
      ...{ teamId, customerId, conversationId, tokenHash: 'x' },
      channelId: (await ctx.db.query('channels').first())!._id,
      expiresAt: Date.now() + 86_400_000,
    }),
  );
  const read = readerOf(ana.as, teamId);
  const call = (name: string | null, who = ana) =>
    who.as.mutation(api.customers.call, { teamId, customerId, name });
  const row = async () => (await read(api.tickets.row, { number }))!;
  const shown = async () => (await read(api.tickets.get, { number }))!.customer;
  const visitor = t.withIdentity(customerIdentity(sessionId));
  return { ...desk, customerId, number, read, call, row, shown, visitor };
}

test('[M9] who has not said who they are is called by two words, the same everywhere, which nobody claims', async () => {
  const { customerId, row, shown, read, conversationId, t } = await openUnknown();
  const called = callNameOf(customerId);
  expect(await row()).toMatchObject({ customerName: called, isCustomerProven: true });
  expect(await shown()).toMatchObject({ called, isNamed: false, isNameOurs: true });
  expect(await read(api.live.row, { conversationId })).toMatchObject({
    customerName: called,
    isNameOurs: true,
  });
  expect((await t.run((ctx) => ctx.db.get(customerId)))!.name).toBeUndefined();
});

test('[M9] the team’s name goes before what they say, is found, is shown to the team alone, and can be taken back', async () => {
  const desk = await openUnknown();
  const { call, row, shown, customerId, visitor, t, teamId, ana } = desk;
  await call('  The man\u202e with the tent ');
  expect(await row()).toMatchObject({ customerName: 'The man with the tent', isCustomerProven: true });
  expect(await shown()).toMatchObject({ called: 'The man with the tent', isNamed: true, isNameOurs: true });
  const found = await ana.as.query(api.search.find, {
    teamId,
    text: 'tent man',
    now: Date.now(),
    minutesBehind: 0,
  });
  expect(found.people).toMatchObject([{ name: 'The man with the tent' }]);
  await visitor.mutation(api.web.describe, { name: 'Jo Park', attributes: [] });
  expect(await row()).toMatchObject({ customerName: 'The man with the tent' });
  const seen = await visitor.query(api.web.conversation, {});
  expect(JSON.stringify(seen)).not.toContain('tent');
  await call(null);
  expect(await row()).toMatchObject({ customerName: 'Jo Park', isCustomerProven: false });
  expect(await shown()).toMatchObject({ called: 'Jo Park', isNameOurs: false });
  expect((await t.run((ctx) => ctx.db.get(customerId)))!.teamName).toBeUndefined();
});

test('[M9] [E6] a name that nobody can see, or of a novel’s length, is refused and changes nothing', async () => {
  const { call, row } = await openUnknown();
  const before = await row();
  for (const name of ['', ' \u200b', '\u2060', 'x'.repeat(101), '\ud800'])
    expect(await refusal(call(name))).toBe('INVALID_INPUT');
  expect(await row()).toEqual(before);
});

test('[M9] whoever is one person is called by one name, whichever of them it was given to, and can be called by none', async () => {
  const desk = await openUnknown();
  const { ana, teamId, customerId, call, t } = desk;
  const other = await startThread(desk, 'web');
  const otherId = await t.run(async (ctx) => {
    const id = await ctx.db.insert('customers', { teamId });
    await ctx.db.patch(other.conversationId, { customerId: id });
    return id;
  });
  await other.customerWrites('It is me again.');
  const { number } = await other.handsOver();
  const names = async () => [
    (await desk.row()).customerName,
    (await desk.read(api.tickets.row, { number }))!.customerName,
  ];
  const callOther = (name: string) =>
    ana.as.mutation(api.customers.call, { teamId, customerId: otherId, name });
  await call('Jo from Leeds');
  await callOther('The one with the tent');
  const before = await names();
  await ana.as.mutation(api.customers.merge, {
    teamId,
    customerId: otherId,
    otherId: customerId,
    conversationId: other.conversationId,
  });
  await t.finishInProgressScheduledFunctions();
  const [shown] = await names();
  expect(before).toContain(shown);
  await expect.poll(names).toEqual([shown, shown]);
  await callOther('Jo of the tent');
  await expect.poll(names).toEqual(['Jo of the tent', 'Jo of the tent']);
  await call(null);
  const [made] = await names();
  expect(made).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
  await expect.poll(names).toEqual([made, made]);
  const kept = await t.run((ctx) => Promise.all([ctx.db.get(customerId), ctx.db.get(otherId)]));
  expect(kept.map((each) => each!.teamName)).toEqual([undefined, undefined]);
});

test('[M9] a name of the team’s stays theirs where who they are shown as has none, and goes before what that one says', async () => {
  const desk = await openUnknown();
  const { customerId, call, t, row, teamId } = desk;
  const into = await t.run((ctx) => ctx.db.insert('customers', { teamId, name: 'J. Park' }));
  await call('Jo from Leeds');
  await t.run(async (ctx) => {
    await ctx.db.patch(customerId, { mergedInto: into });
    await ctx.db.patch(into, { hasParts: true });
  });
  await transact(t, (ctx) => renameAll(ctx, into));
  await t.finishInProgressScheduledFunctions();
  await expect.poll(async () => (await row()).customerName).toBe('Jo from Leeds');
});

test('[M9] each of those that are one person is listed by what it is called alone, whether it gave a name or not', async () => {
  const { customerId, call, t, teamId, read } = await openUnknown();
  const into = await t.run((ctx) => ctx.db.insert('customers', { teamId, hasParts: true }));
  await t.run((ctx) => ctx.db.patch(customerId, { mergedInto: into }));
  const listed = async () =>
    (await read(api.customers.person, { customerId })).parts.map((part) => part.name);
  expect(await listed()).toEqual([callNameOf(into), callNameOf(customerId)]);
  await t.run((ctx) => ctx.db.patch(customerId, { name: 'Jo Park' }));
  expect(await listed()).toEqual([callNameOf(into), 'Jo Park']);
  await call('Jo from Leeds');
  expect(await listed()).toEqual(['Jo from Leeds', 'Jo Park']);
});
