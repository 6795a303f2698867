/// <reference types="vite/client" />
/** Rules C2, C9 and M2: what an operator's reply must have seen, and that a double click is harmless. */
import { expect, test } from 'vitest';
import { api } from '../../_generated/api';
import { openDesk, refused, textsToCustomer } from '../../desk.setup';
import { sendToCustomer } from '../control/door';
import { appendEntry, maxSince } from './entries';

test('[C9] a reply written against a thread that has moved is held once and shows what is new', async () => {
  const desk = await openDesk();
  await desk.takesOver(desk.ana);
  const { lastSequence: seenThrough } = await desk.read();
  await desk.customerWrites('I found it, never mind');
  await desk.ben.as.mutation(api.messages.note, {
    teamId: desk.teamId,
    conversationId: desk.conversationId,
    text: 'They called too',
    clientMessageId: 'n',
  });
  const held = await desk.replies(desk.ana, 'Let me search', { seenThrough });
  expect(held).toMatchObject({
    refused: 'THREAD_MOVED',
    newSince: [
      { kind: 'message', authorName: 'Carla', text: 'I found it, never mind' },
      { kind: 'note', authorName: 'Ben', text: 'They called too' },
    ],
  });
  const confirmedThrough = 'through' in held ? held.through : 0;
  expect(await desk.replies(desk.ana, 'Let me search', { seenThrough, confirmedThrough })).toHaveProperty(
    'sent',
  );
});

test('[C9] a confirmation covers only what it was shown', async () => {
  const desk = await openDesk();
  await desk.takesOver(desk.ana);
  const { lastSequence: seenThrough } = await desk.read();
  const { sequence: confirmedThrough } = await desk.customerWrites('one');
  await desk.customerWrites('two');
  expect(await desk.replies(desk.ana, 'ok', { seenThrough, confirmedThrough })).toMatchObject({
    refused: 'THREAD_MOVED',
    newSince: [{ text: 'two' }],
  });
});

test('[C9] one’s own messages, system lines and bookkeeping are no news', async () => {
  const desk = await openDesk();
  await desk.takesOver(desk.ana);
  const seenThrough = 0;
  expect(await desk.replies(desk.ana, 'one', { seenThrough })).toHaveProperty('sent');
  expect(await desk.replies(desk.ana, 'two', { seenThrough })).toHaveProperty('sent');
});

test('[C9] in "Take over & send" the takeover commits even when the text is held', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Where is it?');
  await desk.agentAnswers('On its way.');
  const both = await desk.ana.as.mutation(api.messages.takeOverAndSend, {
    teamId: desk.teamId,
    conversationId: desk.conversationId,
    text: 'I am looking',
    clientMessageId: 'a',
    seenThrough: 1,
  });
  expect(both).toMatchObject({
    takenOver: { changed: true },
    outcome: { refused: 'THREAD_MOVED', newSince: [{ authorName: 'Robin', text: 'On its way.' }] },
  });
  expect(await desk.control()).toMatchObject({ operatorId: desk.ana.memberId });
  expect(textsToCustomer(await desk.entries())).toEqual(['On its way.', 'Ana joined the conversation.']);
});

test('[M2] a double click sends once', async () => {
  const desk = await openDesk();
  await desk.takesOver(desk.ana);
  const first = await desk.replies(desk.ana, 'Hello', { clientMessageId: 'x' });
  expect(await desk.replies(desk.ana, 'Hello', { clientMessageId: 'x' })).toEqual(first);
  const customer = await desk.customerWrites('Hi', 'x');
  expect(await desk.customerWrites('Hi', 'x')).toEqual(customer);
  expect(textsToCustomer(await desk.entries())).toEqual(['Ana joined the conversation.', 'Hello']);
});

test('[C2] an operator carries the epoch of their present claim', async () => {
  const desk = await openDesk();
  const { epoch } = await desk.takesOver(desk.ana);
  await desk.takesOver(desk.ben, { expectedEpoch: epoch });
  await desk.takesOver(desk.ana, { expectedEpoch: epoch + 1 });
  expect(await desk.replies(desk.ana, 'old tab', { epoch })).toEqual({
    refused: 'STALE_EPOCH',
    epoch: epoch + 2,
  });
});

test('[C2] an agent that is not the conversation’s cannot speak in it', async () => {
  const desk = await openDesk();
  await desk.customerWrites('hi');
  const other = await desk.t.run((ctx) =>
    ctx.db.insert('agents', { teamId: desk.teamId, name: 'Eve', kind: 'external', active: true }),
  );
  const author = { kind: 'agent' as const, agentId: other, epoch: 1, seenThrough: 1 };
  const call = desk.inCase((ctx, opened) => sendToCustomer(ctx, opened, { author, text: 'let me in' }));
  expect(await refused(call)).toMatchObject({ code: 'NOT_FOUND' });
});

test('[E2] an empty or oversized text is refused and changes nothing', async () => {
  const desk = await openDesk();
  await desk.takesOver(desk.ana);
  for (const text of ['', '   \n', 'x'.repeat(20_001)]) {
    expect(await refused(desk.replies(desk.ana, text))).toMatchObject({ code: 'INVALID_INPUT' });
  }
});

test('[lesson L22] a note is never blocked by control and never shown to the customer', async () => {
  const desk = await openDesk();
  await desk.takesOver(desk.ana);
  const { sequence } = await desk.ben.as.mutation(api.messages.note, {
    teamId: desk.teamId,
    conversationId: desk.conversationId,
    text: 'Check the invoice',
    clientMessageId: 'n',
  });
  expect((await desk.entries())[sequence - 1]).toMatchObject({ kind: 'note', audience: 'team' });
});

test('[C5] [lesson L23] a reply and a note are two drafts, and the one written last is in front', async () => {
  const desk = await openDesk();
  const { teamId, conversationId, ana, ben } = desk;
  const of = { teamId, conversationId };
  await ana.as.mutation(api.drafts.save, { ...of, text: 'Hello', mode: 'reply' });
  await ana.as.mutation(api.drafts.save, { ...of, text: 'rude', mode: 'note' });
  expect(await ana.as.query(api.drafts.get, of)).toEqual({ reply: 'Hello', note: 'rude', mode: 'note' });
  expect(await ben.as.query(api.drafts.get, of)).toEqual({ reply: '', note: '', mode: 'reply' });
  await ana.as.mutation(api.drafts.save, { ...of, text: '', mode: 'note' });
  expect(await ana.as.query(api.drafts.get, of)).toEqual({ reply: 'Hello', note: '', mode: 'reply' });
});

test('[lesson L23] what was sent is no draft any more; a note’s draft stays', async () => {
  const desk = await openDesk();
  const { teamId, conversationId, ana } = desk;
  await desk.takesOver(ana);
  await ana.as.mutation(api.drafts.save, { teamId, conversationId, text: 'Hel', mode: 'reply' });
  await desk.replies(ana, 'Hello');
  expect(await ana.as.query(api.drafts.get, { teamId, conversationId })).toMatchObject({ reply: '' });
  await ana.as.mutation(api.drafts.save, { teamId, conversationId, text: 'remember', mode: 'note' });
  await desk.replies(ana, 'Hello again');
  expect(await ana.as.query(api.drafts.get, { teamId, conversationId })).toMatchObject({ note: 'remember' });
});

test('[C9] news is not missed behind a long stretch of one’s own words', async () => {
  const desk = await openDesk();
  await desk.takesOver(desk.ana);
  const author = { kind: 'operator' as const, memberId: desk.ana.memberId };
  await desk.inCase(async (ctx, opened) => {
    const note = { kind: 'note' as const, audience: 'team' as const, author, text: 'x' };
    for (let i = 0; i < maxSince + 5; i++) await appendEntry(ctx, opened, note);
  });
  await desk.customerWrites('still there?');
  expect(await desk.replies(desk.ana, 'Bye', { seenThrough: 0 })).toMatchObject({
    refused: 'THREAD_MOVED',
    newSince: [{ text: 'still there?' }],
  });
});

test('[E2] a client message id is short', async () => {
  const desk = await openDesk();
  await desk.takesOver(desk.ana);
  const clientMessageId = 'x'.repeat(101);
  expect(await refused(desk.replies(desk.ana, 'Hi', { clientMessageId }))).toMatchObject({
    code: 'INVALID_INPUT',
  });
});
