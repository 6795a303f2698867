/** A number at a local WhatsApp that refuses what the real one refuses (docs/rules.md M1, M2, M7, M8): the ways in and out. */
import type { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readShared, readThread, readTicket } from '../../convex/readShared.setup.ts';
import { type LocalWhatsapp, startWhatsapp } from '../../providers/whatsapp/start.ts';
import { setUpDesk, startTestDesk, type TestDesk } from '../journeys/harness.ts';
import { connectNumber, hears, jo, saidTo } from '../journeys/whatsappDesk.ts';
import { rowsOf } from './mailDesk.ts';

let desk: TestDesk;
let whatsapp: LocalWhatsapp;
let operator: ConvexHttpClient;
let teamId: Id<'teams'>;
let channelId: Id<'channels'>;

beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  whatsapp = await startWhatsapp({ retryScale: 0.001 });
  ({ operator, teamId } = await setUpDesk(desk));
  await operator.mutation(api.members.heartbeat, { teamId, sessionId: 'http', idleMs: 0 });
  await operator.mutation(api.members.setStatus, { teamId, status: 'online' });
  channelId = await connectNumber({ desk, whatsapp, operator, teamId });
}, 60_000);

afterAll(async () => {
  await whatsapp?.stop();
  await desk?.dispose();
});

async function thread(number = 1) {
  const { ticket, control } = (await readTicket(operator, { teamId, number }))!;
  const { conversationId } = ticket;
  return { ticket, control, conversationId, entries: await readThread(operator, { teamId, conversationId }) };
}

let replies = 0;
async function reply(text: string, attachmentIds?: Id<'attachments'>[]): Promise<void> {
  const { conversationId, control, entries } = await thread();
  const outcome = await operator.mutation(api.messages.reply, {
    teamId,
    conversationId,
    text,
    clientMessageId: `reply ${++replies}`,
    epoch: control.epoch,
    seenThrough: entries.at(-1)!.sequence,
    ...(attachmentIds && { attachmentIds }),
  });
  expect(outcome).toHaveProperty('sent');
}

const deliveryOf = async (text: string) =>
  (await thread()).entries.find((each) => each.text === text)?.delivery;
async function comesTo(text: string, state: string): Promise<void> {
  await expect.poll(async () => (await deliveryOf(text))?.state, { timeout: 30_000 }).toBe(state);
}

it('[M1] [P4] the agent answers, once, however often and in whatever batches it is told', async () => {
  whatsapp.setDisorder({ duplicates: 1, most: 5, delayMs: 80, batch: 4, malformed: 0.5 });
  whatsapp.write(jo, 'How long can I return things?');
  await hears(whatsapp, '30 days');
  await whatsapp.settled();
  whatsapp.setDisorder({});
  expect(whatsapp.log.wronglyTaken()).toEqual([]);
  const entries = (await rowsOf({ desk }, 'entries')).filter(({ kind }) => kind === 'message');
  expect(entries.filter(({ author }) => author.kind === 'customer')).toHaveLength(1);
  expect(whatsapp.log.accepted).toHaveLength(1);
  expect(await rowsOf({ desk }, 'chatThreads')).toHaveLength(1);
});

it('[C4] [M8] a takeover sends nothing, and the first reply carries who joined', async () => {
  whatsapp.write(jo, 'I want my money back. Let me talk to a person.');
  await expect
    .poll(async () => (await readTicket(operator, { teamId, number: 1 }))?.ticket.status, { timeout: 20_000 })
    .toBe('new');
  await expect.poll(() => whatsapp.log.accepted.length).toBe(2);
  const { ticket } = await thread();
  await operator.mutation(api.tickets.takeOver, { teamId, ticketId: ticket._id });
  await reply('I have sent your money back.');
  const heard = await hears(whatsapp, 'I have sent your money back.');
  expect(heard.text).toBe('_Ana joined the conversation._\n\nI have sent your money back.');
  expect(whatsapp.log.accepted).toHaveLength(3);
  await comesTo('I have sent your money back.', 'delivered');
  whatsapp.read(jo);
  await comesTo('I have sent your money back.', 'read');
});

it('[M2] what a conversation was billed for is counted by what WhatsApp tells', async () => {
  await whatsapp.settled();
  const { conversationId } = await thread();
  const costs = async () =>
    (await readShared(operator, api.whatsapp.ofConversation, { teamId, conversationId }))?.costs;
  await expect.poll(costs).toEqual([{ category: 'service', isBillable: true, count: 3 }]);
});

it('[E2] files come in by their content, checked against their hash, and go out as what they are', async () => {
  const content = Buffer.from('%PDF-1.7 an invoice');
  const file = { name: 'invoice.png', contentType: 'image/png', content };
  whatsapp.write(jo, { text: 'The invoice', file });
  const attached = async () =>
    (await thread()).entries.find(({ text }) => text === 'The invoice')?.attachments?.[0];
  await expect
    .poll(attached, { timeout: 20_000 })
    .toMatchObject({ contentType: 'application/pdf', size: content.length });
  expect(saidTo(whatsapp).at(-1)!.file).toBeUndefined();
});

it('[M2] a send whose answer never came is settled by what WhatsApp tells of it, and never repeated', async () => {
  whatsapp.fail({ kind: 'resetAfter', times: 1 });
  await reply('Did it arrive?');
  await comesTo('Did it arrive?', 'delivered');
  whatsapp.fail({ kind: 'resetBefore', times: 1 });
  await reply('And this one?');
  await comesTo('And this one?', 'unknown');
  await reply('This one does.');
  await comesTo('This one does.', 'delivered');
  expect(saidTo(whatsapp).filter(({ text }) => text === 'Did it arrive?')).toHaveLength(1);
  expect(saidTo(whatsapp).filter(({ text }) => text === 'And this one?')).toHaveLength(0);
});

it('[M2] a long reply arrives whole, in parts and in order', async () => {
  const text = Array.from({ length: 12 }, (_, at) => `${at}: ${'word '.repeat(150).trim()}.`).join('\n\n');
  await reply(text);
  // The page of a thread has the beginning of a long text.
  const state = async () => (await rowsOf({ desk }, 'outbox')).at(-1)!.state;
  await expect.poll(state, { timeout: 20_000 }).toBe('delivered');
  const parts = saidTo(whatsapp).filter((each) => /word word/.test(each.text));
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.map((each) => each.text).join('\n\n')).toBe(text);
});

it('[M2] a number that is not on WhatsApp is a sentence with the way on, and the message was not said', async () => {
  whatsapp.person(jo, { fate: 'notThere' });
  await reply('Are you there?');
  await comesTo('Are you there?', 'failed');
  expect((await deliveryOf('Are you there?'))?.failure).toMatch(/Reach them another way/);
  whatsapp.person(jo, { fate: 'read' });
});

it('[M7] [R3] a token that is refused stops the number, and stands nowhere; under a new one what waited leaves', async () => {
  whatsapp.setToken(false);
  await reply('Is the number there?');
  const health = () => readShared(operator, api.channels.health, { teamId, channelId });
  await expect.poll(async () => (await health()).failingSince, { timeout: 20_000 }).not.toBeNull();
  expect((await health()).failure).toMatch(/refuses the access token/);
  const paused = async () =>
    (await readShared(operator, api.channels.list, { teamId })).find(({ _id }) => _id === channelId);
  await expect
    .poll(paused)
    .toMatchObject({ active: false, trouble: { said: expect.stringMatching(/enters a new one/) } });
  await expect
    .poll(
      async () =>
        (await rowsOf({ desk }, 'deskMails')).filter(({ kind }) => kind === 'channelTrouble').length,
    )
    .toBe(1);
  whatsapp.setToken(true);
  const [agent] = await readShared(operator, api.agents.list, { teamId });
  await operator.mutation(api.whatsapp.connect, {
    teamId,
    channelId,
    name: 'WhatsApp',
    agentId: agent!._id,
    phoneNumberId: whatsapp.phoneNumberId,
    businessId: whatsapp.accountId,
    accessToken: whatsapp.token,
  });
  await comesTo('Is the number there?', 'delivered');
  const tables = ['channels', 'channelSecrets', 'entries', 'outbox', 'inboundEvents', 'auditLog'] as const;
  for (const table of tables) {
    const rows = JSON.stringify(await rowsOf({ desk }, table));
    expect(rows).not.toContain(whatsapp.token);
    expect(rows).not.toContain(whatsapp.appSecret);
  }
});

it('[C13] what is written in the app of the shop takes over, as the team, and is not sent again', async () => {
  const before = whatsapp.log.accepted.length;
  whatsapp.echo(jo, 'We call you at five.');
  await expect
    .poll(
      async () => (await thread()).entries.find(({ text }) => text === 'We call you at five.')?.author.kind,
      {
        timeout: 20_000,
      },
    )
    .toBe('operator');
  expect((await thread()).control).toMatchObject({ outside: { channel: 'whatsapp' } });
  expect(whatsapp.log.accepted).toHaveLength(before);
});
