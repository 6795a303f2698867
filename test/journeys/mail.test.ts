/** One thread by mail, against a local Resend that refuses what the real one refuses (docs/rules.md M1 to M6). */
import type { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { readShared, readThread, readTicket } from '../../convex/readShared.setup.ts';
import { type LocalResend, startResend } from '../../providers/resend/start.ts';
import { callAsAdmin } from '../../scripts/adminCall.ts';
import { storedType } from '../../convex/shared/kit/limits.ts';
import { answerMail, connectAddress, deskMail, deskMails, headerOf, support } from './mailDesk.ts';
import { setUpDesk, startTestDesk, type TestDesk } from './harness.ts';

let desk: TestDesk;
let resend: LocalResend;
let operator: ConvexHttpClient;
let teamId: Id<'teams'>;
let channelId: Id<'channels'>;

const customer = 'jo@customer.example';

beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  resend = await startResend({ retryScale: 0.001 });
  ({ operator, teamId } = await setUpDesk(desk));
  await operator.mutation(api.members.heartbeat, { teamId, sessionId: 'http', idleMs: 0 });
  await operator.mutation(api.members.setStatus, { teamId, status: 'online' });
  channelId = await connectAddress({ desk, resend, operator, teamId });
});

afterAll(async () => {
  await resend?.stop();
  await desk?.dispose();
});

/** The nth mail of the desk to the customer. */
const mail = (nth: number) => deskMail(resend, customer, nth);

async function thread(number: number) {
  const { ticket } = (await readTicket(operator, { teamId, number }))!;
  const { conversationId } = ticket;
  return { ticket, conversationId, entries: await readThread(operator, { teamId, conversationId }) };
}

it('[M3] [P4] the agent answers a mail by mail, on the same thread', async () => {
  const question = await resend.receive({
    from: customer,
    to: support,
    subject: 'Returns',
    text: 'How long can I return things?',
  });
  const answer = await mail(1);
  expect(answer.subject).toBe('Re: Returns');
  expect(headerOf(answer, 'in-reply-to')).toBe(question.mail.messageId);
  expect(headerOf(answer, 'auto-submitted')).toBe('auto-replied');
  expect(answer.text).toContain('30 days');
  expect(answer.text).toContain('> How long can I return things?');
});

it('[C3] [H1] [T7] a refund opens a ticket, and the agent says so by mail', async () => {
  const last = await mail(1);
  await resend.receive({
    from: customer,
    to: headerOf(last, 'reply-to'),
    subject: 'Re: Returns',
    text: 'I want my money back for order 48213. Please let me talk to a person.\n\nOn Sat, 28 Nov 2026 at 10:12, Acme support <support@acme.example> wrote:\n> You can return',
    headers: { 'In-Reply-To': last.messageId!, References: last.messageId! },
  });
  await mail(2);
  const { ticket, entries } = await thread(1);
  expect(ticket).toMatchObject({ channel: 'email' });
  const said = entries.filter(({ author, kind }) => author.kind === 'customer' && kind === 'message');
  expect(said.map(({ text }) => text)).toEqual([
    'How long can I return things?',
    'I want my money back for order 48213. Please let me talk to a person.',
  ]);
});

it('[C4] [C6] [M8] a person takes over and answers on the thread; who joined stands in that mail', async () => {
  const { conversationId, entries } = await thread(1);
  const seenThrough = entries.at(-1)!.sequence;
  const message = { teamId, conversationId, text: 'I have sent your money back.', clientMessageId: 'r1' };
  const early = await operator.mutation(api.messages.reply, { ...message, epoch: 1, seenThrough });
  expect(early).toEqual({ refused: 'TAKE_OVER_FIRST' });
  await operator.mutation(api.messages.takeOverAndSend, { ...message, seenThrough });
  const reply = await mail(3);
  expect(reply.text).toMatch(/\[Ana joined the conversation\.\][^]*I have sent your money back\.\n/);
  expect(headerOf(reply, 'auto-submitted')).toBe('');
  await expect
    .poll(async () => (await thread(1)).entries.find(({ text }) => text === message.text)?.delivery?.state)
    .toBe('delivered');
});

it('[C10] resolving hands back: the agent answers the next mail, on the same thread', async () => {
  const { ticket, entries } = await thread(1);
  const { control } = (await readTicket(operator, { teamId, number: 1 }))!;
  await operator.mutation(api.tickets.resolve, {
    teamId,
    ticketId: ticket._id,
    expectedEpoch: control.epoch,
    seenThrough: entries.at(-1)!.sequence,
  });
  const last = await mail(3);
  await answerMail(resend, last, { from: customer, text: 'Thanks! How long does shipping take?' });
  const answer = await mail(4);
  expect(answer.text).toContain('> Thanks! How long does shipping take?');
  expect((await thread(1)).entries.length).toBeGreaterThan(6);
  const health = await readShared(operator, api.channels.health, { teamId, channelId });
  expect(health).toMatchObject({ failingSince: null, lastFailure: null });
});

it('[M4] an automatic answer is stored and starts nothing', async () => {
  const before = await thread(1);
  const last = await mail(4);
  await resend.receive({
    from: customer,
    to: headerOf(last, 'reply-to'),
    subject: 'Out of office',
    text: 'I am away.',
    headers: { 'Auto-Submitted': 'auto-replied' },
  });
  await expect
    .poll(async () => (await thread(1)).entries.at(-1)?.event?.type, { timeout: 20_000 })
    .toBe('automaticMail');
  expect((await thread(1)).ticket).toMatchObject({ status: before.ticket.status });
  expect(await deskMails(resend, customer)).toHaveLength(4);
});

it('[M4] a bounce marks the mail that bounced, and makes no ticket', async () => {
  const gone = 'gone@customer.example';
  await resend.receive({ from: gone, to: support, subject: 'Help', text: 'Let me talk to a person.' });
  await deskMail(resend, gone, 1);
  resend.setFate(gone, 'bounced');
  const { conversationId, entries } = await thread(2);
  const text = 'Here I am.';
  const seenThrough = entries.at(-1)!.sequence;
  await operator.mutation(api.messages.takeOverAndSend, {
    teamId,
    conversationId,
    text,
    clientMessageId: 'bounces',
    seenThrough,
  });
  const sent = async () => (await thread(2)).entries.find((entry) => entry.text === text);
  await expect.poll(async () => (await sent())?.delivery?.state, { timeout: 20_000 }).toBe('failed');
  const { sequence } = (await sent())!;
  const events = (await thread(2)).entries.flatMap(({ event }) => event ?? []);
  const cameBack = { type: 'mailCameBack', to: gone, how: 'bounced', sequence };
  expect(events).toContainEqual(expect.objectContaining(cameBack));
  expect(await readTicket(operator, { teamId, number: 3 })).toBeNull();
});

it('[M1] a mail whose webhook was lost is found by the provider’s list, and taken in once', async () => {
  const last = await mail(4);
  const text = 'Nobody told you of me.';
  await resend.receive({ from: customer, to: headerOf(last, 'reply-to'), text }, { quietly: true });
  const deployment = { url: desk.settings.url, adminKey: desk.engine.adminKey };
  const missed = () => callAsAdmin<number>(deployment, 'action', 'delivery/mail/reconcile:missed');
  expect(await missed()).toBe(1);
  await expect
    .poll(async () => (await thread(1)).entries.filter((entry) => entry.text === text).length)
    .toBe(1);
  expect(await missed()).toBe(0);
});

it('[M5] [E2] files go both ways: a photo without a word comes in, a document goes out as it was', async () => {
  const last = await mail(4);
  const photo = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  await resend.receive({
    from: customer,
    to: headerOf(last, 'reply-to'),
    text: '',
    attachments: [
      { filename: '../broken.png', content: photo, contentType: 'text/html' },
      {
        filename: 'page.svg',
        content: Buffer.from('<svg onload="alert(1)"/>'),
        contentType: 'image/svg+xml',
      },
    ],
  });
  const withFiles = async () =>
    (await thread(1)).entries.find(({ attachments = [] }) => attachments.length > 0);
  await expect.poll(withFiles, { timeout: 20_000 }).toBeDefined();
  const { attachments: files } = (await withFiles())!;
  expect(files).toMatchObject([
    { name: 'broken.png', contentType: 'image/png', isImage: true },
    { name: 'page.svg', contentType: 'application/octet-stream', isImage: false },
  ]);
  const [shown, kept] = await Promise.all(files!.map(({ path }) => fetch(`${desk.settings.siteUrl}${path}`)));
  expect(Buffer.from(await shown!.arrayBuffer())).toEqual(photo);
  expect(kept!.headers.get('content-disposition')).toMatch(/^attachment/);

  const { conversationId } = await thread(1);
  const ofConversation = { teamId, conversationId };
  const address = await operator.mutation(api.attachments.uploadUrl, ofConversation);
  const document = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));
  const posted = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': storedType },
    body: document,
  });
  const { storageId } = (await posted.json()) as { storageId: string };
  const added = await operator.action(api.attachments.add, {
    ...ofConversation,
    upload: storageId,
    name: 'Ré.pdf',
  });
  const { lastSequence: seenThrough } = await readShared(operator, api.conversations.head, ofConversation);
  const before = (await deskMails(resend, customer)).length;
  await operator.mutation(api.messages.takeOverAndSend, {
    ...ofConversation,
    text: 'Here it is.',
    clientMessageId: 'r2',
    seenThrough,
    attachmentIds: [added.attachmentId],
  });
  await expect
    .poll(async () => (await deskMails(resend, customer)).find(({ text }) => text?.includes('Here it is.')), {
      timeout: 20_000,
    })
    .toMatchObject({ attachments: [{ filename: 'Ré.pdf', content: document }] });
  expect((await deskMails(resend, customer)).length).toBeGreaterThan(before);
});
