/// <reference types="vite/client" />
/**
 * What is passed on to somebody outside (docs/rules.md M2, M3, C2, C9): once, within limits, to nobody who takes part; and what is
 * answered to it, which is the team's to read and never the customer's word.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api } from '../../../_generated/api';
import { refused, startThread, threadOf } from '../../../desk.setup';
import { customerAddress, openMailDesk, toConversation } from '../../../mail.setup';
import { storedType } from '../../../shared/kit/limits';
import { openForwardAddress } from '../../../shared/mail/threading';
import { readPages, readerOf } from '../../../readShared.setup';
import { keyFor } from '../../kit/secrets';
import { transact } from '../../../test.setup';
import { noteDeskReceipt } from './deskMails';
import { readContext } from '../../agents/agentContext';
import { viewEntries } from '../../agents/agentViews';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const works = 'works@supplier.test';
const reply = 'help+c-abcdefghijklmnopqrstuvwxyz012345-0123456789@in.shop.test';

async function openForward(mail: Parameters<Awaited<ReturnType<typeof openMailDesk>>['mailIn']>[0] = {}) {
  const desk = await openMailDesk();
  const { conversationId, entryId } = await desk.mailIn({
    subject: 'Broken lamp',
    text: 'It flickers.',
    ...mail,
  });
  const thread = threadOf(desk, conversationId!);
  const { ticketId } = await thread.handsOver();
  const { teamId } = desk;
  const asked = { teamId, conversationId: conversationId!, note: 'Do you know this?', clientMessageId: 'f1' };
  const forward = (
    more: Partial<{ entryId: typeof entryId; to: string[]; note: string; clientMessageId: string }> = {},
  ) => desk.ana.as.action(api.mails.forward, { ...asked, to: [works], ...more });
  /** What the provider has, once each: whoever is asked twice under one key has it once. */
  const bodies = () =>
    [...desk.provider.taken.values()].map(
      ({ body }) => JSON.parse(body) as Record<string, string> & { to: string[] },
    );
  const notes = async () => (await thread.entries()).filter(({ kind }) => kind === 'note');
  const answers = (more: Parameters<typeof desk.mailIn>[0] = {}) =>
    desk.mailIn({
      from: { address: works, name: 'The Works' },
      text: 'We send a new one.',
      candidates: [{ by: 'forward', conversationId: conversationId! }],
      ...more,
    });
  return {
    ...desk,
    ...thread,
    conversationId: conversationId!,
    entryId: entryId!,
    ticketId,
    forward,
    bodies,
    notes,
    answers,
  };
}

describe('passing on', () => {
  test('[M3] [M2] a mail goes with the note, its headers and its files; the thread says so, for the team alone', async () => {
    const desk = await openForward({ to: [{ address: reply, name: '' }], text: `It flickers. <${reply}>` });
    const before = await desk.read();
    await desk.forward({ entryId: desk.entryId });
    await desk.forward({ entryId: desk.entryId });
    const { lastSequence: _, ...after } = await desk.read();
    const { lastSequence: __, ...same } = before;
    expect(after).toEqual(same);
    await desk.work();
    const [sent, ...others] = desk.bodies();
    expect(others).toEqual([]);
    expect(sent).toMatchObject({ to: [works], subject: 'Fwd: Broken lamp', from: '"Shop" <help@shop.test>' });
    expect(sent!.text).toBe(
      [
        'Do you know this?\n\n-- \nAna, Shop',
        '---------- Forwarded message ----------\nFrom: "Jo" <jo@customer.test>\nDate: Sat, 28 Nov 2026 09:00 UTC\nSubject: Broken lamp\nTo: help@in.shop.test',
        'It flickers. <help@in.shop.test>\n',
      ].join('\n\n'),
    );
    expect(await desk.notes()).toMatchObject([
      { audience: 'team', text: 'Do you know this?', event: { type: 'forwarded', to: [works], sequence: 1 } },
    ]);
    expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: 1 });
  });

  test('[M3] [M9] nothing in it lets its reader speak as the customer', async () => {
    const desk = await openForward({
      to: [{ address: reply, name: '' }],
      whole: `It flickers.\n> ${reply} wrote`,
    });
    await desk.forward({ entryId: desk.entryId });
    await desk.work();
    const [sent] = desk.bodies();
    expect(JSON.stringify(sent)).not.toMatch(/\+c-|m_[0-9a-z]+\.c_/);
    expect(sent).not.toHaveProperty('headers');
    expect(await openForwardAddress(await keyFor('mail'), sent!['reply_to']!)).toBe(desk.conversationId);
  });

  test('[M3] of a conversation goes what the customer could read: what was written past them only where it is named', async () => {
    const bo = { address: 'bo@customer.test', name: 'Bo' };
    const desk = await openForward({ cc: [bo] });
    const past = { from: bo, text: 'Between us', ...toConversation(desk.conversationId) };
    const { entryId } = await desk.mailIn(past);
    await desk.forward();
    await desk.forward({ entryId, clientMessageId: 'f2' });
    await desk.work();
    const texts = desk.bodies().map(({ text }) => text);
    expect(texts[0]).toContain('It flickers.');
    expect(texts.map((text) => text?.includes('Between us'))).toEqual([false, true]);
  });

  test('[M2] each address has a mail of its own, under a key of its own', async () => {
    const desk = await openForward();
    await desk.forward({ to: [works, 'Lab@Supplier.test', works] });
    await desk.work();
    expect(desk.bodies().map(({ to }) => to)).toEqual([[works], ['lab@supplier.test']]);
    const [shown] = await readPages(readerOf(desk.ana.as, desk.teamId), desk.conversationId).then((all) =>
      all.filter(({ event }) => event?.type === 'forwarded'),
    );
    expect(shown?.forwards).toMatchObject([
      { to: works, state: 'sent', isOnlyHere: false },
      { to: 'lab@supplier.test', state: 'sent' },
    ]);
  });

  test('[C2] past the door nobody speaks to who takes part, nor to the team itself; what is no address is refused', async () => {
    const desk = await openForward({ cc: [{ address: 'boss@customer.test', name: '' }] });
    for (const to of [customerAddress, 'boss@customer.test', 'help@shop.test', reply, 'nobody']) {
      expect([to, await refused(desk.forward({ to: [works, to] }))]).toMatchObject([
        to,
        { code: 'INVALID_INPUT' },
      ]);
    }
    const many = Array.from({ length: 11 }, (_, at) => `w${at}@supplier.test`);
    expect(await refused(desk.forward({ to: many }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refused(desk.forward({ to: [] }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await desk.notes()).toEqual([]);
    await desk.t.run((ctx) => ctx.db.patch(desk.channelId, { active: false }));
    expect(await refused(desk.forward())).toMatchObject({ code: 'NO_MAIL_CHANNEL' });
  });

  test('[E2] [R2] a conversation goes with its newest messages, within bounds; another team’s does not exist', async () => {
    const desk = await openForward();
    await desk.takesOver(desk.ana);
    for (let nth = 0; nth < 22; nth++) await desk.replies(desk.ana, `Line ${nth} ${'x'.repeat(6_000)}`);
    await desk.forward();
    await desk.work();
    const sent = desk.bodies().find(({ to }) => to[0] === works)!;
    expect(sent.text).not.toContain('Line 1 ');
    expect(sent.text).toContain('From: "Ana, Shop" <help@shop.test>');
    expect(sent.text).toContain('Line 21 ');
    expect(sent.text!.length).toBeLessThan(110_000);
    expect(sent.subject).toBe('Fwd: Broken lamp');
    const other = await openMailDesk({ beside: desk.t });
    const foreign = { teamId: other.teamId, conversationId: desk.conversationId, to: [works], note: '' };
    const act = other.ana.as.action(api.mails.forward, { ...foreign, clientMessageId: 'x' });
    expect(await refused(act)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('[E2] what fills every bound, in a script of three bytes, still fits a row with room to spare', async () => {
    const desk = await openForward();
    await desk.takesOver(desk.ana);
    for (let nth = 0; nth < 5; nth++) await desk.replies(desk.ana, `${nth}${'漢\n'.repeat(9_999)}`);
    await desk.forward({ note: '漢'.repeat(20_000) });
    const [mail] = await desk.t.run((ctx) => ctx.db.query('deskMails').collect());
    expect(new TextEncoder().encode(JSON.stringify(mail)).length).toBeLessThan(900_000);
  });

  test('[M3] files go along as far as a mail carries them; those that do not are named', async () => {
    const store = (desk: Awaited<ReturnType<typeof openMailDesk>>, name: string) =>
      desk.t.run(async (ctx) => {
        const storageId = await ctx.storage.store(new Blob([name]));
        await ctx.db.patch(storageId as never, { contentType: storedType } as never);
        return { storageId, name, contentType: 'application/pdf' };
      });
    const desk = await openForward();
    const { entryId } = await desk.mailIn({
      ...toConversation(desk.conversationId),
      files: [await store(desk, 'plan.pdf'), await store(desk, 'film.pdf')],
    });
    const film = await desk.t.run(async (ctx) =>
      (await ctx.db.query('attachments').collect()).find(({ name }) => name === 'film.pdf'),
    );
    await desk.t.run((ctx) => ctx.db.patch(film!._id, { size: 26 * 1024 * 1024 }));
    await desk.forward({ entryId: entryId! });
    await desk.work();
    const [sent] = desk.bodies();
    expect(sent).toMatchObject({ attachments: [{ filename: 'plan.pdf', content: btoa('plan.pdf') }] });
    expect(sent!.text).toContain('[Not attached, too large: film.pdf]');
  });

  test('[M4] what does not arrive is said in the thread, and is theirs to see to who passed it on', async () => {
    const desk = await openForward();
    await desk.forward({ to: [works, 'lab@supplier.test'] });
    await desk.work();
    const mails = await desk.t.run((ctx) => ctx.db.query('deskMails').collect());
    const told = (to: string, what: 'delivered' | 'bounced', detail?: string) =>
      transact(desk.t, (ctx) => {
        const { _id: deskMailId, providerId } = mails.find((each) => each.to === to)!;
        return noteDeskReceipt(ctx, desk.teamId, { what, deskMailId, providerId: providerId!, detail });
      });
    await told('lab@supplier.test', 'bounced', 'No such mailbox');
    await told('lab@supplier.test', 'bounced', 'No such mailbox');
    // A late one leaves the status, and is said all the same, once.
    await told(works, 'delivered');
    await told(works, 'bounced');
    await told(works, 'bounced');
    const lost = (await desk.entries()).filter(({ event }) => event?.type === 'forwardLost');
    expect(lost.map(({ event, audience }) => [event, audience])).toMatchObject([
      [{ to: 'lab@supplier.test', by: desk.ana.memberId, detail: 'No such mailbox' }, 'team'],
      [{ to: works, by: desk.ana.memberId }, 'team'],
    ]);
    const needs = await desk.t.run((ctx) => ctx.db.query('needs').collect());
    expect(needs.map(({ memberId, kind }) => [memberId, kind])).toContainEqual([
      desk.ana.memberId,
      'cameBack',
    ]);
    const [entry] = await readPages(readerOf(desk.ana.as, desk.teamId), desk.conversationId).then((all) =>
      all.filter(({ event }) => event?.type === 'forwarded'),
    );
    expect(entry?.forwards).toMatchObject([
      { to: works, state: 'delivered', failure: 'It came back.' },
      { to: 'lab@supplier.test', state: 'failed', failure: 'No such mailbox' },
    ]);
  });

  test('[C9] what somebody is writing under the ticket stays their draft', async () => {
    const desk = await openForward();
    const { teamId, conversationId } = desk;
    const draft = { teamId, conversationId, text: 'Not yet', mode: 'note' as const };
    await desk.ana.as.mutation(api.drafts.save, draft);
    await desk.forward();
    expect(await desk.ana.as.query(api.drafts.get, { teamId, conversationId })).toMatchObject({
      note: 'Not yet',
    });
  });
});

describe('what is answered to it', () => {
  test('[M3] [M4] it stands there for the team, and is no word of the customer’s: no agent, no clock, no thread of theirs', async () => {
    const desk = await openForward();
    await desk.forward();
    const before = await desk.read();
    const threads = () => desk.t.run((ctx) => ctx.db.query('mailThreads').collect());
    const then = await threads();
    // Also whoever says that they are the customer, and names the conversation beside it.
    await desk.answers();
    await desk.answers({
      from: { address: customerAddress, name: 'Jo' },
      text: 'Give me all my money back',
      candidates: [
        { by: 'forward', conversationId: desk.conversationId },
        { by: 'address', conversationId: desk.conversationId },
      ],
    });
    expect((await desk.notes()).slice(1)).toMatchObject([
      {
        audience: 'team',
        text: 'We send a new one.',
        event: { type: 'forwardAnswered', from: { address: works } },
      },
      { audience: 'team', text: 'Give me all my money back', author: { kind: 'system' } },
    ]);
    const { lastSequence: _, answeredOutside, ...after } = await desk.read();
    const { lastSequence: __, ...same } = before;
    expect(after).toEqual(same);
    expect(answeredOutside?.preview).toBe(`${customerAddress}: Give me all my money back`);
    expect(await threads()).toEqual(then);
    const read = await desk.inCase(async (ctx, opened) => [
      await readContext(ctx, opened, opened.head.lastSequence),
      await viewEntries(ctx, opened.conversation._id, 0, 50),
    ]);
    for (const text of ['We send a new one.', 'Do you know this?', 'Give me all']) {
      expect(JSON.stringify(read)).not.toContain(text);
    }
  });

  test('[M3] it is found by the id of what was passed on as well, and so is what follows it', async () => {
    const desk = await openForward();
    await desk.forward();
    await desk.work();
    await desk.t.run(async (ctx) => {
      const [mail] = await ctx.db.query('deskMails').collect();
      await ctx.db.patch(mail!._id, { messageId: '<sent@provider.test>' });
    });
    const answer = (id: string, messageId: string) =>
      desk.answers({ messageId, candidates: [{ by: 'messageId', id }], text: messageId });
    expect(await answer('<sent@provider.test>', '<one@supplier.test>')).toMatchObject({ isMessage: true });
    await answer('<one@supplier.test>', '<two@supplier.test>');
    const said = (await desk.notes()).slice(1);
    expect(said.map(({ event }) => event?.type)).toEqual(['forwardAnswered', 'forwardAnswered']);
  });

  test('[C9] [T3] it is news for who writes, and ends the wait for a third party', async () => {
    const desk = await openForward();
    const { teamId, ticketId } = desk;
    await desk.takesOver(desk.ana);
    await desk.ana.as.mutation(api.tickets.setWaiting, { teamId, ticketId, waitingOn: 'thirdParty' });
    await desk.forward();
    const seenThrough = (await desk.read()).lastSequence;
    await desk.answers();
    expect(await desk.t.run((ctx) => ctx.db.get(ticketId))).not.toHaveProperty('waitingOn');
    expect(await desk.replies(desk.ana, 'We look into it', { seenThrough })).toMatchObject({
      refused: 'THREAD_MOVED',
      newSince: [{ text: 'We send a new one.' }],
    });
  });

  test('[M3] [T7] lists say that it waits on a third party, and mark what came as unread', async () => {
    const desk = await openForward();
    const { teamId, ticketId } = desk;
    const row = () => readerOf(desk.ana.as, teamId)(api.tickets.row, { number: 1 });
    await desk.takesOver(desk.ana);
    await desk.replies(desk.ana, 'I ask the works.');
    await desk.ana.as.mutation(api.tickets.setWaiting, { teamId, ticketId, waitingOn: 'thirdParty' });
    await desk.forward();
    const before = await row();
    expect(before).toMatchObject({ outsideAt: null, waitsOutside: true, preview: 'I ask the works.' });
    vi.setSystemTime(Date.now() + 60_000);
    await desk.answers();
    expect(await row()).toEqual({
      ...before,
      outsideAt: Date.now(),
      waitsOutside: false,
      preview: `${works}: We send a new one.`,
      previewAuthor: 'system',
    });
    vi.setSystemTime(Date.now() + 60_000);
    // What the customer waits with goes before it, and so does what was said since.
    await desk.replies(desk.ana, 'A new one comes.');
    expect(await row()).toMatchObject({ preview: 'A new one comes.', previewAuthor: 'operator' });
    await desk.customerWrites('When?');
    await desk.answers({ text: 'Tomorrow.' });
    expect(await row()).toMatchObject({ preview: 'When?', previewAuthor: 'customer', waits: true });
  });

  test('[M4] what a machine answers is stored as such; and a chat that never had mail can be passed on', async () => {
    const desk = await openForward();
    await desk.answers({ automatic: { kind: 'reply', reason: 'autoSubmitted' }, text: 'Out of office' });
    expect((await desk.entries()).at(-1)).toMatchObject({ kind: 'event', event: { type: 'automaticMail' } });
    const chat = await startThread(desk, 'web');
    await chat.customerWrites('My lamp flickers');
    const { teamId } = desk;
    const asked = {
      teamId,
      conversationId: chat.conversationId,
      to: [works],
      note: '',
      clientMessageId: 'c',
    };
    await desk.ana.as.action(api.mails.forward, asked);
    await desk.work();
    expect(desk.bodies().at(-1)!.text).toMatch(/From: Carla\nDate: .*\nBy: web\n\nMy lamp flickers\n$/);
  });
});
