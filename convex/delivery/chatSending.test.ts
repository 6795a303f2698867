/** How a message leaves by a messenger: one call a part, each announced before it is made. What the provider does is played here. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import type { ActionCtx } from '../functions';
import { openDesk } from '../desk.setup';
import { addReceived, findMessage, partsOf } from '../model/delivery/chatMessages';
import { addThread, threadOfChat } from '../model/delivery/chatThreads';
import type { SendOutcome } from '../shared/delivery/outcome';
import { transact } from '../test.setup';
import { sendParts } from './chatSending';

beforeEach(() =>
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }),
);
// Other files run in the same worker.
afterEach(() => vi.useRealTimers());

async function openChat() {
  const desk = await openDesk({ channel: 'whatsapp' });
  const { t, teamId, agentId, conversationId } = desk;
  const channelId = await t.run((ctx) =>
    ctx.db.insert('channels', {
      teamId,
      agentId,
      kind: 'whatsapp',
      name: 'Help',
      publicId: 'chat',
      active: true,
    }),
  );
  await transact(t, (ctx) => addThread(ctx, { teamId, conversationId, channelId, chat: 'jo' }));
  return { ...desk, channelId };
}

async function aSend({
  t,
  teamId,
  conversationId,
  agentId,
  channelId,
}: Awaited<ReturnType<typeof openChat>>) {
  const entryId = await t.run((ctx) =>
    ctx.db.insert('entries', {
      conversationId,
      teamId,
      sequence: 900,
      kind: 'message',
      audience: 'everyone',
      author: { kind: 'agent', agentId },
      at: Date.now(),
      text: 'Long',
      channel: 'whatsapp',
      channelId,
    }),
  );
  const outboxId = await t.run((ctx) =>
    ctx.db.insert('outbox', {
      conversationId,
      teamId,
      entryId,
      sequence: 900,
      channel: 'whatsapp',
      channelId,
      author: { kind: 'agent', agentId },
      epoch: 1,
      state: 'claimed',
      attempts: 1,
      leaseUntil: Date.now() + 30_000,
    }),
  );
  return { entryId, outboxId };
}

type Chat = Awaited<ReturnType<typeof openChat>>;
const rowOf = ({ t }: Chat, id: Id<'outbox'>) => t.run((ctx) => ctx.db.get(id)) as Promise<Doc<'outbox'>>;
const partIds = async ({ t }: Chat, entryId: Id<'entries'>) =>
  (await t.run((ctx) => partsOf(ctx, entryId))).map(({ providerId }) => providerId);

/** `outcomes`: of each part in turn. */
function carry(chat: Chat, outboxId: Id<'outbox'>, count: number, outcomes: SendOutcome[], first = 0) {
  const ctx = { runMutation: chat.t.mutation.bind(chat.t) } as unknown as ActionCtx;
  const called: number[] = [];
  const send = { outboxId, attempt: 1 };
  const parts = { chat: 'jo', first, count, everyMs: 0, lastSentAt: undefined };
  const ready = sendParts(ctx, send, parts, async (part) => {
    called.push(part);
    return outcomes[called.length - 1]!;
  });
  return { ready, called };
}
const sent = (providerId: string): SendOutcome => ({ what: 'sent', providerId });

test('[M2] parts go out in order, each under the id it was given', async () => {
  const chat = await openChat();
  const { entryId, outboxId } = await aSend(chat);
  const { ready, called } = carry(chat, outboxId, 3, [sent('a'), sent('b'), sent('c')]);
  expect(await ready.keep()).toBe(true);
  await ready.settle(await ready.call());
  expect(called).toEqual([0, 1, 2]);
  expect(await partIds(chat, entryId)).toEqual(['a', 'b', 'c']);
  expect((await rowOf(chat, outboxId)).state).toBe('sent');
  const where = { channelId: chat.channelId, chat: 'jo' };
  expect((await chat.t.run((ctx) => findMessage(ctx, where, 'b')))?.entryId).toBe(entryId);
});

test('[M2] what died before its call is sent again; what died after it is unknown, and holds nothing back', async () => {
  const chat = await openChat();
  const { entryId, outboxId } = await aSend(chat);
  await chat.t.mutation(internal.jobs.outbox.expireLease, { outboxId, attempt: 1 });
  expect(await rowOf(chat, outboxId)).toMatchObject({ state: 'failed', nextTryAt: Date.now() });

  await chat.t.run((ctx) => ctx.db.patch(outboxId, { state: 'claimed', nextTryAt: undefined }));
  const { ready } = carry(chat, outboxId, 1, []);
  await ready.keep();
  await chat.t.mutation(internal.jobs.outbox.expireLease, { outboxId, attempt: 1 });
  expect(await rowOf(chat, outboxId)).toMatchObject({ state: 'unknown' });
  expect(await partIds(chat, entryId)).toEqual([undefined]);

  await chat.t.run((ctx) => ctx.db.patch(outboxId, { sequence: 1 }));
  const behind = await aSend(chat);
  await chat.t.run((ctx) => ctx.db.patch(behind.outboxId, { state: 'queued', attempts: 0 }));
  const { conversationId } = chat;
  expect(await chat.t.mutation(internal.jobs.outbox.claim, { conversationId })).toMatchObject({
    outboxId: behind.outboxId,
  });
});

test('[M2] a part that is refused for now waits, and those before it are not said twice', async () => {
  const chat = await openChat();
  const { entryId, outboxId } = await aSend(chat);
  const refused = carry(chat, outboxId, 2, [
    sent('a'),
    { what: 'later', failure: 'Too fast', retryAfterMs: 7_000 },
  ]);
  await refused.ready.keep();
  await refused.ready.settle(await refused.ready.call());
  expect(await rowOf(chat, outboxId)).toMatchObject({ state: 'failed', nextTryAt: Date.now() + 7_000 });
  expect(await partIds(chat, entryId)).toEqual(['a']);
});

test('[M7] a wait of years, as no provider means it, holds a conversation back for an hour at most', async () => {
  const chat = await openChat();
  const { outboxId } = await aSend(chat);
  for (const [retryAfterMs, waitMs] of [
    [1e12, 3_600_000],
    [Infinity, 3_600_000],
    [-5_000, 2_000],
    [0, 2_000],
  ] as const) {
    await chat.t.run((ctx) => ctx.db.patch(outboxId, { state: 'claimed', nextTryAt: undefined }));
    const { ready } = carry(chat, outboxId, 1, [{ what: 'later', failure: 'Too fast', retryAfterMs }]);
    await ready.keep();
    await ready.settle(await ready.call());
    expect(await rowOf(chat, outboxId)).toMatchObject({ state: 'failed', nextTryAt: Date.now() + waitMs });
  }
});

test('[M2] a part that is refused for good takes nothing back that has arrived', async () => {
  const chat = await openChat();
  const { entryId, outboxId } = await aSend(chat);
  const { ready } = carry(chat, outboxId, 2, [sent('a'), { what: 'permanent', failure: 'No.' }]);
  await ready.keep();
  await ready.settle(await ready.call());
  expect(await rowOf(chat, outboxId)).toMatchObject({
    state: 'failed',
    failure: 'Of its 2 parts 1 arrived, and then: No.',
  });
  expect((await chat.t.run((ctx) => ctx.db.get(entryId)))?.neverSent).toBeUndefined();
});

test('[M1] what came in is found by its id, in its chat alone', async () => {
  const chat = await openChat();
  const { t, teamId, conversationId, channelId } = chat;
  const { entryId } = await aSend(chat);
  await transact(t, (ctx) =>
    addReceived(ctx, { teamId, conversationId, channelId, entryId, chat: 'jo' }, '7'),
  );
  expect((await t.run((ctx) => findMessage(ctx, { channelId, chat: 'jo' }, '7')))?.entryId).toBe(entryId);
  expect(await t.run((ctx) => findMessage(ctx, { channelId, chat: 'mo' }, '7'))).toBeNull();
  expect((await t.run((ctx) => threadOfChat(ctx, channelId, 'jo')))?.conversationId).toBe(conversationId);
});

test('[M7] the next in a chat is a second after the last was called, however long that had waited', async () => {
  const chat = await openChat();
  const { outboxId } = await aSend(chat);
  const { ready } = carry(chat, outboxId, 1, [sent('a')]);
  await ready.keep();
  // It waits for its slot.
  vi.setSystemTime(Date.now() + 900);
  await ready.settle(await ready.call());
  const [thread] = await chat.t.run((ctx) => ctx.db.query('chatThreads').collect());
  expect(thread!.lastSentAt).toBe(Date.now());
});
