/** A bot at a local Telegram that refuses what the real one refuses (docs/rules.md M1, M2, M7, M8): the ways in and out. */
import type { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readShared, readThread, readTicket } from '../../convex/readShared.setup.ts';
import { type LocalTelegram, startTelegram } from '../../providers/telegram/start.ts';
import { setUpDesk, startTestDesk, type TestDesk } from '../journeys/harness.ts';
import { connectBot, hears, jo, saidTo } from '../journeys/telegramDesk.ts';
import { rowsOf } from './mailDesk.ts';

let desk: TestDesk;
let telegram: LocalTelegram;
let operator: ConvexHttpClient;
let teamId: Id<'teams'>;
let channelId: Id<'channels'>;

beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  telegram = await startTelegram({ retryScale: 0.001 });
  ({ operator, teamId } = await setUpDesk(desk));
  await operator.mutation(api.members.heartbeat, { teamId, sessionId: 'http', idleMs: 0 });
  await operator.mutation(api.members.setStatus, { teamId, status: 'online' });
  channelId = await connectBot({ desk, telegram, operator, teamId });
}, 60_000);

afterAll(async () => {
  await telegram?.stop();
  await desk?.dispose();
});

async function thread(number = 1) {
  const { ticket, control } = (await readTicket(operator, { teamId, number }))!;
  const { conversationId } = ticket;
  return { ticket, control, conversationId, entries: await readThread(operator, { teamId, conversationId }) };
}

async function reply(text: string, attachmentIds?: Id<'attachments'>[]): Promise<void> {
  const { conversationId, control, entries } = await thread();
  const outcome = await operator.mutation(api.messages.reply, {
    teamId,
    conversationId,
    text,
    clientMessageId: `${text.length} ${text.replace(/[^]{90}$/, '')}`.replace(/^([^]{0,90})[^]*$/, '$1'),
    epoch: control.epoch,
    seenThrough: entries.at(-1)!.sequence,
    ...(attachmentIds && { attachmentIds }),
  });
  expect(outcome).toHaveProperty('sent');
}

const deliveryOf = async (text: string) =>
  (await thread()).entries.find((each) => each.text === text)?.delivery?.state;

it('[M8] pressing Start is answered by a line of its own, and no message of theirs', async () => {
  telegram.people.start(jo);
  const line = await hears(telegram, 'Write your question here');
  expect(line.isLine).toBe(true);
});

it('[M1] [P4] the agent answers on Telegram, once, however often and in whatever order it is told', async () => {
  telegram.setDisorder({ copies: 5, delayMs: 100 });
  telegram.people.write(jo, 'How long can I return things?');
  await hears(telegram, '30 days');
  await expect.poll(() => telegram.pending()).toBe(0);
  telegram.setDisorder({});
  const entries = (await rowsOf({ desk }, 'entries')).filter(({ kind }) => kind === 'message');
  expect(entries.filter(({ author }) => author.kind === 'customer')).toHaveLength(1);
  expect(saidTo(telegram).filter(({ text }) => text.includes('30 days'))).toHaveLength(1);
  // Nothing but the one customer and their one thread.
  expect(await rowsOf({ desk }, 'chatThreads')).toHaveLength(1);
});

it('[C4] [M8] a takeover is told within 100 ms of its commit, as a line of its own', async () => {
  telegram.people.write(jo, 'I want my money back. Let me talk to a person.');
  await expect
    .poll(async () => (await readTicket(operator, { teamId, number: 1 }))?.ticket.status, { timeout: 20_000 })
    .toBe('new');
  const { ticket } = await thread();
  // Its chat has had its second.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await operator.mutation(api.tickets.takeOver, { teamId, ticketId: ticket._id });
  const line = await hears(telegram, 'Ana joined the conversation.');
  expect(line.isLine).toBe(true);
  const call = telegram.calls.findLast(({ method }) => method === 'sendMessage')!;
  const row = (await rowsOf({ desk }, 'entries')).find(({ systemText }) => systemText === 'personJoined')!;
  expect(call.at - row.at).toBeLessThan(100);
});

it('[M2] a long reply arrives whole, in parts and in order', async () => {
  const text = Array.from({ length: 12 }, (_, at) => `${at}: ${'word '.repeat(150).trim()}.`).join('\n\n');
  await reply(text);
  await expect.poll(() => deliveryOf(text), { timeout: 20_000 }).toBe('sent');
  const parts = saidTo(telegram).filter((each) => /word word/.test(each.text));
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.map((each) => each.text).join('\n\n')).toBe(text);
});

it('[M7] what Telegram asks to wait for is waited for, to the second, and nobody else waits', async () => {
  telegram.fail({ kind: 'limited', retryAfter: 3, times: 1 });
  await reply('Patience.');
  await expect.poll(() => deliveryOf('Patience.'), { timeout: 20_000 }).toBe('sent');
  const [refused, taken] = telegram.calls.filter(({ fields }) => fields.text === 'Patience.');
  expect(refused!.code).toBe(429);
  expect(taken!.at - refused!.at).toBeGreaterThanOrEqual(3_000);
  expect(taken!.at - refused!.at).toBeLessThan(4_000);
});

it('[M2] of what was heard and not answered nobody knows; it is never said again by itself', async () => {
  telegram.fail({ kind: 'resetAfter', times: 1 });
  await reply('Did it arrive?');
  await expect.poll(() => deliveryOf('Did it arrive?'), { timeout: 30_000 }).toBe('unknown');
  await reply('And this one?');
  await expect.poll(() => deliveryOf('And this one?'), { timeout: 20_000 }).toBe('sent');
  expect(saidTo(telegram).filter(({ text }) => text === 'Did it arrive?')).toHaveLength(1);
});

it('[M1] an edit shows both versions; a reaction and an answer say what they are about', async () => {
  const id = telegram.people.write(jo, 'It is order 1034');
  await expect
    .poll(async () => (await thread()).entries.some(({ text }) => text === 'It is order 1034'))
    .toBe(true);
  telegram.people.edit(jo, id, 'It is order 1043');
  await expect
    .poll(async () => (await thread()).entries.find(({ text }) => text === 'It is order 1034')?.edited?.text)
    .toBe('It is order 1043');
  const ours = saidTo(telegram).find(({ text }) => text === 'And this one?')!;
  telegram.people.react(jo, ours.message_id, '👍');
  telegram.people.write(jo, 'Yes, both', { repliesTo: ours.message_id });
  await expect
    .poll(async () => (await thread()).entries.find(({ text }) => text === 'Yes, both')?.quoted?.text)
    .toBe('And this one?');
  const events = (await thread()).entries.map(({ event }) => event?.type);
  expect(events).toContain('customerEdited');
  expect(events).toContain('customerReacted');
});

it('[E2] files come in by their content, and what is too large is said to be that', async () => {
  const bytes = new TextEncoder().encode('%PDF-1.7 an invoice');
  telegram.people.write(jo, 'The invoice', { file: { name: 'invoice.png', type: 'image/png', bytes } });
  await expect
    .poll(async () => (await thread()).entries.find(({ text }) => text === 'The invoice')?.attachments?.[0])
    .toMatchObject({ name: 'invoice.png', contentType: 'application/pdf', size: bytes.length });
  const large = new Uint8Array(20 * 1024 * 1024 + 1);
  telegram.people.write(jo, 'The film', { file: { name: 'film.mp4', type: 'video/mp4', bytes: large } });
  await expect
    .poll(async () => (await thread()).entries.find(({ text }) => text === 'The film')?.unsupported, {
      timeout: 20_000,
    })
    .toMatch(/film\.mp4, 21\.0 MB/);
});

it('[M7] a blocked bot is a sentence, and whoever writes again is reached again', async () => {
  telegram.people.setBlocked(jo, true);
  const isBlocked = async () => {
    const { conversationId } = await thread();
    return (await readShared(operator, api.conversations.replyWays, { teamId, conversationId })).chat
      .isBlocked;
  };
  await expect.poll(isBlocked).toBe(true);
  await reply('Are you there?');
  await expect.poll(() => deliveryOf('Are you there?'), { timeout: 20_000 }).toBe('failed');
  const entry = (await thread()).entries.find(({ text }) => text === 'Are you there?')!;
  expect(entry.delivery?.failure).toMatch(/has blocked the bot/);
  expect(entry.neverSent).toBe(true);
  telegram.people.start(jo);
  await expect.poll(isBlocked).toBe(false);
});

it('[M7] [R3] a token that is revoked stops the bot, and stands nowhere', async () => {
  const end = telegram.fail({ kind: 'revoked' });
  await reply('Is the bot there?');
  const health = () => readShared(operator, api.channels.health, { teamId, channelId });
  await expect.poll(async () => (await health()).failingSince, { timeout: 20_000 }).not.toBeNull();
  expect((await health()).failure).toMatch(/refuses the bot’s token/);
  end();
  const [agent] = await readShared(operator, api.agents.list, { teamId });
  await operator.action(api.telegram.connect, {
    teamId,
    channelId,
    agentId: agent!._id,
    token: telegram.token,
  });
  await expect.poll(() => deliveryOf('Is the bot there?'), { timeout: 20_000 }).toBe('sent');
  const secret = telegram.token.split(':')[1]!;
  for (const table of [
    'channels',
    'channelSecrets',
    'entries',
    'outbox',
    'inboundEvents',
    'auditLog',
  ] as const)
    expect(JSON.stringify(await rowsOf({ desk }, table))).not.toContain(secret);
});

it('[M1] [E2] without the secret nothing is taken', async () => {
  const channels = await readShared(operator, api.channels.list, { teamId });
  const { publicId } = channels.find(({ _id }) => _id === channelId)!;
  const url = `${desk.settings.siteUrl}/channels/telegram/${publicId}`;
  const body = JSON.stringify({ update_id: 5 });
  for (const secret of [undefined, '', 'a'.repeat(43)]) {
    const headers = {
      'content-type': 'application/json',
      ...(secret === undefined ? {} : { 'X-Telegram-Bot-Api-Secret-Token': secret }),
    };
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(401);
  }
});
