/// <reference types="vite/client" />
/** Rule C13: what is said to the customer past Baton. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { openDesk, refused, textsToCustomer } from '../../desk.setup';
import { openRoutedDesk, useFakeDay } from '../../routing.setup';
import { passTime, refusal } from '../../test.setup';
import { replayTicket } from '../../shared/tickets/ticketState';
import { goneSince } from './holderWatch';
import { type OutsideMessage, receiveOutsideMessage } from './outsideMessages';

beforeEach(useFakeDay);
afterEach(() => {
  vi.useRealTimers();
});

const minute = 60_000;
type Echo = Partial<OutsideMessage>;

/** A conversation on a phone, a second after its start, and what somebody of the team writes there. */
async function openPhone() {
  const desk = await openDesk({ channel: 'whatsapp' });
  let made = 0;
  const echo = (more: Echo = {}) =>
    desk.inCase((ctx, opened) =>
      receiveOutsideMessage(ctx, opened, {
        channel: 'whatsapp',
        providerId: `wamid.${++made}`,
        sentAt: Date.now(),
        text: `from the phone ${made}`,
        ...more,
      }),
    );
  vi.advanceTimersByTime(1_000);
  await desk.customerWrites('Is it there yet?');
  vi.advanceTimersByTime(1_000);
  const losses = () => desk.t.run((ctx) => ctx.db.query('controlLosses').collect());
  const claim = () => desk.t.mutation(internal.jobs.outbox.claim, { conversationId: desk.conversationId });
  return { ...desk, echo, losses, claim };
}

test('[C13] an answer from the phone is a takeover by the team: the agent is silenced, its unsent text kept, a ticket opened', async () => {
  const desk = await openPhone();
  await desk.agentAnswers('I will look.');
  expect(await desk.echo({ text: 'It comes today.' })).toMatchObject({ became: 'takenOver' });
  const control = await desk.control();
  expect(control).toMatchObject({ holder: 'operator', epoch: 2, outside: { channel: 'whatsapp' } });
  expect(control.operatorId).toBeUndefined();
  expect(await desk.suppressed()).toMatchObject([{ text: 'I will look.' }]);
  expect(await desk.agentAnswers('Still looking.', { epoch: 1 })).toMatchObject({ refused: 'STALE_EPOCH' });
  expect(await desk.tickets()).toMatchObject([{ status: 'open', reason: 'takenOver' }]);
  const [ticket] = await desk.tickets();
  expect(ticket!.waitingSince).toBeUndefined();
  expect(ticket!.assigneeId).toBeUndefined();
  const said = (await desk.entries()).findLast(({ kind }) => kind === 'message')!;
  expect(said).toMatchObject({ author: { kind: 'operator' }, text: 'It comes today.', outside: {} });
  expect(said.author).not.toHaveProperty('memberId');
  const { unansweredSince, answeredThrough, lastCustomerSequence } = await desk.read();
  expect(unansweredSince).toBeUndefined();
  expect(answeredThrough).toBeGreaterThanOrEqual(lastCustomerSequence!);
  // Nobody is told that somebody joined: they have written.
  expect(textsToCustomer(await desk.entries())).toEqual(['I will look.', 'It comes today.']);
});

test('[C13] anybody takes over from it without a steal', async () => {
  const desk = await openPhone();
  await desk.echo();
  expect(await desk.takesOver(desk.ana)).toMatchObject({ epoch: 3, changed: true });
  expect((await desk.control()).outside).toBeUndefined();
});

test('[C13] it takes over from an operator as well, who is told; a later one of the team changes no epoch', async () => {
  const desk = await openPhone();
  await desk.takesOver(desk.ana);
  vi.advanceTimersByTime(1_000);
  expect(await desk.echo()).toMatchObject({ became: 'takenOver' });
  expect(await desk.losses()).toMatchObject([{ memberId: desk.ana.memberId, epoch: 3 }]);
  const { teamId } = desk;
  expect(await desk.ana.as.query(api.conversations.takenFromMe, { teamId })).toMatchObject([
    { byName: 'The team' },
  ]);
  expect(await desk.replies(desk.ana, 'And I say')).toEqual({ refused: 'TAKE_OVER_FIRST' });
  vi.advanceTimersByTime(1_000);
  expect(await desk.echo()).toMatchObject({ became: 'said' });
  expect((await desk.control()).epoch).toBe(3);
});

test('[C13] what is older than what holds is stored, and nothing follows from it', async () => {
  const desk = await openPhone();
  const { ticketId } = await desk.handsOver();
  const sentAt = Date.now();
  vi.advanceTimersByTime(minute);
  await desk.takesOver(desk.ana);
  await desk.customerWrites('Hello?');
  const before = { control: await desk.control(), head: await desk.read(), tickets: await desk.tickets() };
  const entries = (await desk.entries()).length;
  expect(await desk.echo({ sentAt, text: 'old' })).toMatchObject({ became: 'late' });
  const { lastSequence, ...head } = await desk.read();
  expect(await desk.control()).toEqual(before.control);
  expect(await desk.tickets()).toEqual(before.tickets);
  expect({ ...head, lastSequence: lastSequence - 1 }).toEqual(before.head);
  expect((await desk.entries()).length).toBe(entries + 1);
  const facts = await desk.t.run((ctx) => ctx.db.query('measureMessages').collect());
  expect(facts.filter(({ kind }) => kind === 'operatorMessage')).toEqual([]);
  expect(await desk.t.run((ctx) => ctx.db.get(ticketId))).toMatchObject({ waitingSince: expect.any(Number) });
});

test('[C13] what the outbox knows is no takeover: by its id, or by its text while nobody knows the id yet', async () => {
  const desk = await openPhone();
  expect(await desk.echo({ isOurs: true })).toEqual({ became: 'ours' });
  const text = 'Your parcel comes on Monday.';
  await desk.agentAnswers(text);
  // Not claimed yet, the phone cannot have it from us.
  const entries = (await desk.entries()).length;
  await desk.claim();
  // A line that goes with the next real message stands before it (M8).
  for (const shown of [text, `Robin is back.\n${text}`])
    expect(await desk.echo({ text: shown })).toEqual({ became: 'ours' });
  expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: 1 });
  expect((await desk.entries()).length).toBe(entries);
  expect(await desk.echo({ text: 'Yes' })).toMatchObject({ became: 'takenOver' });
});

test('[C13] a picture without words from the phone is no send of ours without words', async () => {
  const desk = await openPhone();
  await desk.agentAnswers('A picture.');
  await desk.claim();
  await desk.t.run(async (ctx) => {
    const [row] = await ctx.db.query('outbox').collect();
    await ctx.db.patch(row!.entryId, { text: '' });
    await ctx.db.patch(row!._id, { state: 'unknown' });
  });
  expect(await desk.echo({ text: '' })).toMatchObject({ became: 'takenOver' });
});

test('[C13] a send of which nobody ever knew is no reason for good to take a person’s same words for it', async () => {
  const desk = await openPhone();
  const text = 'Your parcel comes on Monday.';
  await desk.agentAnswers(text);
  await desk.claim();
  const setUnknown = (ago: number) =>
    desk.t.run(async (ctx) => {
      const [row] = await ctx.db.query('outbox').collect();
      await ctx.db.patch(row!._id, { state: 'unknown', triedAt: Date.now() - ago });
    });
  await setUnknown(50 * minute);
  expect(await desk.echo({ text })).toEqual({ became: 'ours' });
  await setUnknown(70 * minute);
  expect(await desk.echo({ text })).toMatchObject({ became: 'takenOver' });
});

test('[C13] [M1] told five times it stands in the thread once', async () => {
  const desk = await openPhone();
  const same = { providerId: `wamid.${'x'.repeat(300)}`, sentAt: Date.now(), text: 'once' };
  await desk.echo(same);
  for (let each = 0; each < 4; each++) expect(await desk.echo(same)).toEqual({ became: 'repeated' });
  expect((await desk.entries()).filter(({ text }) => text === 'once')).toHaveLength(1);
});

test('[C13] of two told in the wrong order both count, and a clock that is ahead claims nothing of the future', async () => {
  const desk = await openPhone();
  const first = Date.now();
  vi.advanceTimersByTime(3_000);
  await desk.echo({ sentAt: first });
  // Its provider tells it later than the one after it was sent.
  expect(await desk.echo({ sentAt: first + 1_000 })).toMatchObject({ became: 'said' });
  expect((await desk.control()).outside).toEqual({ channel: 'whatsapp', at: first + 1_000 });
  await desk.echo({ sentAt: Date.now() + 86_400_000 });
  expect((await desk.control()).outside!.at).toBe(Date.now());
});

test('[C13] whoever wrote after it, and was heard before it, waits on; the ticket is what its thread replays', async () => {
  const desk = await openPhone();
  const { ticketId } = await desk.handsOver();
  const sentAt = Date.now();
  vi.advanceTimersByTime(5_000);
  await desk.customerWrites('And one thing more');
  const writtenAt = Date.now();
  vi.advanceTimersByTime(5_000);
  await desk.echo({ sentAt });
  const { answeredThrough, unansweredSince, lastCustomerSequence } = await desk.read();
  expect(unansweredSince).toBe(writtenAt);
  expect(answeredThrough).toBe(lastCustomerSequence! - 1);
  const { _id, _creationTime, teamId, conversationId, agentId, customerId, channel, ...state } =
    (await desk.t.run((ctx) => ctx.db.get(ticketId)))!;
  expect(state.waitingSince).toBe(writtenAt);
  expect(replayTicket(await desk.entries(), _id)).toEqual(state);
  expect([_creationTime, teamId, conversationId, agentId, customerId, channel]).toBeDefined();
});

test('[C13] [T2] resolving ends it like any hold; the next answer from the phone reopens the ticket', async () => {
  const desk = await openPhone();
  await desk.echo();
  const [ticket] = await desk.tickets();
  await desk.resolves(desk.ana, ticket!._id);
  expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: 3 });
  vi.advanceTimersByTime(1_000);
  await desk.echo();
  expect(await desk.tickets()).toMatchObject([{ number: 1, status: 'open' }]);
  expect(await desk.control()).toMatchObject({ holder: 'operator', epoch: 4 });
});

test('[C13] [C9] an operator who has not seen it is shown it before their own reply goes out', async () => {
  const desk = await openPhone();
  await desk.takesOver(desk.ana);
  const { lastSequence: seenThrough } = await desk.read();
  await desk.echo({ sentAt: 1, text: 'an old one' });
  expect(await desk.replies(desk.ana, 'Hello', { seenThrough })).toMatchObject({
    refused: 'THREAD_MOVED',
    newSince: [{ authorName: 'The team', text: 'an old one' }],
  });
});

/** Nobody is here, and the phone has answered. */
async function answeredByPhone() {
  const desk = await openRoutedDesk(['Ana']);
  const [ana] = desk.people as [(typeof desk.people)[number]];
  await desk.declare(ana, 'offline');
  const thread = await desk.openTicket();
  await passTime(desk.t, 1_000);
  const echo = (sentAt = Date.now()) =>
    thread.inCase((ctx, opened) =>
      receiveOutsideMessage(ctx, opened, {
        channel: 'web',
        providerId: `echo ${sentAt} ${Math.random()}`,
        sentAt,
        text: 'by phone',
      }),
    );
  await echo();
  return { ...desk, ...thread, ana, echo };
}

test('[C13] [C12] nobody who may answer: the agent has it again two minutes after the customer wrote, or after the last word of the phone', async () => {
  const desk = await answeredByPhone();
  await passTime(desk.t, 30 * minute, minute);
  // Nobody waits.
  expect(await desk.control()).toMatchObject({ holder: 'operator', epoch: 2 });
  await desk.customerWrites('Hello?');
  const written = Date.now();
  await passTime(desk.t, minute);
  // Heard late, said before the customer wrote: they wait on, and the two minutes run from what they wrote.
  await desk.echo(written - 1_000);
  await passTime(desk.t, minute - 2_000);
  expect(await desk.control()).toMatchObject({ holder: 'operator', epoch: 2 });
  await passTime(desk.t, 4_000);
  expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: 3 });
  expect((await desk.read()).answerDueAt).toBeGreaterThan(Date.now());
});

test('[C13] [C12] each answer of the phone begins the two minutes anew', async () => {
  const desk = await answeredByPhone();
  for (let each = 0; each < 5; each++) {
    await desk.customerWrites(`And ${each}?`);
    await passTime(desk.t, 1.5 * minute);
    await desk.echo();
    await passTime(desk.t, minute);
  }
  expect(await desk.control()).toMatchObject({ holder: 'operator', epoch: 2 });
  expect(await refusal(desk.takesOver(desk.ana))).toBeUndefined();
});

test('[C13] [C12] nobody holds since the last word of the phone', async () => {
  const desk = await openPhone();
  await desk.echo();
  vi.advanceTimersByTime(minute);
  await desk.echo();
  const control = await desk.control();
  expect(await desk.t.run((ctx) => goneSince(ctx, control))).toBe(Date.now());
});

test('[C13] closing what the phone answers is no steal', async () => {
  const desk = await openPhone();
  await desk.echo();
  const [ticket] = await desk.tickets();
  const shown = await desk.shown();
  const { teamId } = desk;
  const close = desk.ben.as.mutation(api.tickets.close, { teamId, ticketId: ticket!._id, ...shown });
  expect(await close).toHaveProperty('done');
  expect(
    await refused(desk.ben.as.mutation(api.tickets.close, { teamId, ticketId: ticket!._id, ...shown })),
  ).toMatchObject({
    code: 'ILLEGAL_TRANSITION',
  });
});
