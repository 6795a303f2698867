/** "Send again" (docs/rules.md M2): what never arrived goes out whole, with its files, once. */
import { expect, test, vi } from 'vitest';
import { api } from './_generated/api';
import type { Id } from './_generated/dataModel';
import { openDesk, refused, threadOf } from './desk.setup';
import { openMailDesk } from './mail.setup';
import type { OutboxState } from './shared/conversation/outbox';
import { showEntry } from './model/conversation/entryViews';
import { connectMail } from './model/delivery/channels';
import { withMail } from './model/mail/mailViews';
import { storedType } from './shared/kit/limits';
import { passTime, transact } from './test.setup';

/** A reply of Ana's, with a file, on a channel where things get lost. */
async function open() {
  const desk = await openDesk({ channel: 'api' });
  const { t, teamId, conversationId, ana } = desk;
  await desk.takesOver(ana);
  const upload = await t.run(async (ctx) => {
    const id = await ctx.storage.store(new Blob(['the bill']));
    await ctx.db.patch(id as never, { contentType: storedType } as never);
    return id;
  });
  const { attachmentId } = await ana.as.action(api.attachments.add, {
    teamId,
    conversationId,
    upload,
    name: 'bill.txt',
  });
  const now = async () => ({
    epoch: (await desk.control()).epoch,
    seenThrough: (await desk.read()).lastSequence,
  });
  const text = `${'long '.repeat(600)}end`;
  const outcome = await ana.as.mutation(api.messages.reply, {
    teamId,
    conversationId,
    text,
    clientMessageId: 'first',
    attachmentIds: [attachmentId],
    ...(await now()),
  });
  const entryId = sentOf(outcome);
  const become = (state: OutboxState, of = entryId) =>
    t.run(async (ctx) => {
      const row = await ctx.db
        .query('outbox')
        .withIndex('by_entryId', (q) => q.eq('entryId', of))
        .unique();
      await ctx.db.patch(row!._id, { state });
    });
  const again = async (who = ana, of = entryId) =>
    who.as.mutation(api.messages.sendAgain, { teamId, entryId: of, ...(await now()) });
  const entry = (id: Id<'entries'>) => t.run((ctx) => ctx.db.get(id));
  return { ...desk, text, attachmentId, entryId, become, again, entry };
}

function sentOf(outcome: object): Id<'entries'> {
  if (!('sent' in outcome)) throw new Error(JSON.stringify(outcome));
  return (outcome.sent as { entryId: Id<'entries'> }).entryId;
}

test('[M2] a long reply that never arrived goes out again whole, with its files, and once however often it is asked for', async () => {
  const { again, become, entry, text, attachmentId, ...desk } = await open();
  await become('failed');
  const outcome = await again();
  const second = sentOf(outcome);
  expect(await entry(second)).toMatchObject({ text, attachmentIds: [attachmentId], channel: 'api' });
  expect(await again()).toEqual(outcome);
  // Lost as well: again from there.
  await become('cancelled', second);
  const third = sentOf(await again(desk.ana, second));
  expect(await entry(third)).toMatchObject({ text, attachmentIds: [attachmentId] });
  expect((await desk.entries()).filter((each) => each.text === text)).toHaveLength(3);
});

test('[M2] what may still arrive is not sent a second time, nor is what another wrote', async () => {
  const { again, become, ben, conversationId, t, attachmentId, ana, teamId, control, read } = await open();
  expect(await refused(again())).toMatchObject({ code: 'INVALID_INPUT' });
  await become('unknown');
  expect(await refused(again())).toMatchObject({ code: 'INVALID_INPUT' });
  await become('failed');
  expect(await refused(again(ben))).toMatchObject({ code: 'INVALID_INPUT' });
  // Its file goes with that message only.
  const other = ana.as.mutation(api.messages.reply, {
    teamId,
    conversationId,
    text: 'Another',
    clientMessageId: 'other',
    attachmentIds: [attachmentId],
    epoch: (await control()).epoch,
    seenThrough: (await read()).lastSequence,
  });
  expect(await refused(other)).toMatchObject({ code: 'NOT_FOUND' });
  expect(await t.run((ctx) => ctx.db.query('attachments').collect())).toMatchObject([{ state: 'sent' }]);
});

test('[C9] what was held because the thread has moved is sent again when it was seen, with its files', async () => {
  const { again, become, entry, entryId, ana, customerWrites, teamId, control, read } = await open();
  await become('failed');
  const { lastSequence: seenThrough } = await read();
  await customerWrites('Hello?');
  const early = { teamId, entryId, epoch: (await control()).epoch, seenThrough };
  expect(await ana.as.mutation(api.messages.sendAgain, early)).toMatchObject({ refused: 'THREAD_MOVED' });
  expect((await entry(sentOf(await again())))?.attachmentIds).toHaveLength(1);
});

test('[M2] [M3] a mail that never arrived goes out again to those it was for, and to nobody who was left out', async () => {
  vi.useFakeTimers();
  const desk = await openMailDesk();
  const { conversationId } = (await desk.mailIn({ cc: [{ address: 'pat@customer.test', name: '' }] })) as {
    conversationId: Id<'conversations'>;
  };
  const { ana, t, teamId } = desk;
  const thread = threadOf(desk, conversationId);
  await thread.takesOver(ana);
  const now = async () => ({
    epoch: (await thread.control()).epoch,
    seenThrough: (await thread.read()).lastSequence,
  });
  const message = { teamId, conversationId, text: 'Between us', clientMessageId: 'one' };
  const withoutCopyTo = ['pat@customer.test'];
  const entryId = sentOf(
    await ana.as.mutation(api.messages.reply, { ...message, ...(await now()), withoutCopyTo }),
  );
  await t.run((ctx) => ctx.db.patch(entryId, { neverSent: true }));
  const again = sentOf(await ana.as.mutation(api.messages.sendAgain, { teamId, entryId, ...(await now()) }));
  expect(await t.run((ctx) => ctx.db.get(again))).toMatchObject({ channel: 'email', withoutCopyTo });
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

test('[M2] [C2] a note that was passed on and came back is not sent to the customer', async () => {
  const { again, become, entryId, t } = await open();
  await become('failed');
  // As a forward is kept: a note of its author that leaves by the outbox.
  await t.run((ctx) => ctx.db.patch(entryId, { kind: 'note', audience: 'team' }));
  expect(await refused(again())).toMatchObject({ code: 'INVALID_INPUT' });
});

test('[M2] what was written while there was no key counts as not said, and can be sent once there is one', async () => {
  vi.useFakeTimers();
  const desk = await openMailDesk({ apiKey: '' });
  const { t, teamId, ana, channelId } = desk;
  const { conversationId } = await desk.mailIn();
  const thread = threadOf(desk, conversationId!);
  await thread.takesOver(ana);
  const entryId = sentOf(await thread.replies(ana, 'Without a key'));
  await passTime(t, 5_000, 100);
  const again = async () => {
    const { expectedEpoch: epoch, seenThrough } = await thread.shown();
    return ana.as.mutation(api.messages.sendAgain, { teamId, entryId, epoch, seenThrough });
  };
  const shown = () => t.run(async (ctx) => withMail(ctx, await showEntry(ctx, (await ctx.db.get(entryId))!)));
  expect((await shown()).mail).toMatchObject({ isOnlyHere: true });
  expect((await shown()).mail).not.toHaveProperty('canLeave');
  expect(await shown()).toMatchObject({ neverSent: true });
  expect(await refused(again())).toMatchObject({ code: 'INVALID_INPUT' });
  await transact(t, async (ctx) => {
    const channel = (await ctx.db.get(channelId))!;
    await connectMail(ctx, channel, { settings: channel.mail!, apiKey: 're_new' });
  });
  expect((await shown()).mail).toMatchObject({ isOnlyHere: true, canLeave: true });
  const outcome = await again();
  expect(await again()).toEqual(outcome);
  await passTime(t, 5_000, 100);
  expect(desk.provider.asked.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
    { to: ['jo@customer.test'], text: expect.stringContaining('Without a key') },
  ]);
  expect(await t.run((ctx) => ctx.db.get(entryId))).toMatchObject({ neverSent: true });
  expect(await shown()).not.toHaveProperty('mail.canLeave');
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
