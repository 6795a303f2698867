/// <reference types="vite/client" />
/** Rules T1–T8 and E3. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { type OpenDesk, openDesk, refused, startThread } from '../../desk.setup';
import { noteEmail } from '../customer/customers';
import { recordTags } from './tickets';
import { transact } from '../../test.setup';
import type { Position } from '../../shared/tickets/lists';
import { replayTicket } from '../../shared/tickets/ticketState';
import { ticketStatuses, ticketTransitions } from '../../shared/tickets/tickets';
import { readerOf, readList, readShared, readTicket } from '../../readShared.setup';

const day = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function pass(desk: OpenDesk, ms: number) {
  vi.advanceTimersByTime(ms);
  await desk.t.finishInProgressScheduledFunctions();
}

async function setStatus(
  desk: OpenDesk,
  memberId: string,
  effective: 'online' | 'busy' | 'away' | 'offline',
) {
  await desk.t.run(async (ctx) => {
    const rows = await ctx.db.query('memberStatuses').collect();
    const row = rows.find((status) => status.memberId === memberId)!;
    await ctx.db.patch(row._id, { effective });
  });
}

const ofTicket = ({ teamId }: OpenDesk, ticketId: Id<'tickets'>) => ({ teamId, ticketId });

test('[T1] tickets are numbered 1, 2, 3… per team; a transaction that rolls back takes no number', async () => {
  const desk = await openDesk();
  const { teamId } = desk;
  expect(await desk.handsOver()).toMatchObject({ number: 1 });
  const other = await startThread(desk, 'web');
  const empty = {
    teamId,
    conversationId: other.conversationId,
    text: '',
    clientMessageId: 'x',
    seenThrough: 0,
  };
  expect(await refused(desk.ana.as.mutation(api.messages.takeOverAndSend, empty))).toMatchObject({
    code: 'INVALID_INPUT',
  });
  expect(await other.tickets()).toEqual([]);
  expect(await other.handsOver()).toMatchObject({ number: 2 });

  const elsewhere = await openDesk({ beside: desk.t });
  expect(await elsewhere.handsOver()).toMatchObject({ number: 1 });
});

test('[T1] handovers at once get different numbers', async () => {
  const desk = await openDesk();
  const threads = await Promise.all([1, 2, 3, 4, 5].map(() => startThread(desk, 'web')));
  const made = await Promise.all(threads.map((thread) => thread.handsOver()));
  expect(made.map(({ number }) => number).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
});

test('[T2] the table of moves is total, and nothing returns to new', () => {
  for (const from of ticketStatuses) {
    expect(Object.keys(ticketTransitions[from])).toEqual([...ticketStatuses]);
    expect(ticketTransitions[from].new).toBe(false);
  }
});

test('[T2] every move outside the table is ILLEGAL_TRANSITION and changes nothing', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.handsOver();
  const act = async () => ({ ...ofTicket(desk, ticketId), ...(await desk.shown()) });
  const { ana } = desk;
  const illegal = async (call: Promise<unknown>) =>
    expect(await refused(call)).toMatchObject({ code: 'ILLEGAL_TRANSITION' });

  await illegal(ana.as.mutation(api.tickets.reopen, ofTicket(desk, ticketId)));
  await ana.as.mutation(api.tickets.assign, { ...ofTicket(desk, ticketId), memberId: ana.memberId });
  await ana.as.mutation(api.tickets.resolve, await act());
  await illegal(ana.as.mutation(api.tickets.resolve, await act()));
  await ana.as.mutation(api.tickets.close, await act());
  await illegal(ana.as.mutation(api.tickets.close, await act()));
  await illegal(ana.as.mutation(api.tickets.resolve, await act()));
  await illegal(
    ana.as.mutation(api.tickets.snooze, { ...ofTicket(desk, ticketId), until: Date.now() + day }),
  );
  await illegal(ana.as.mutation(api.tickets.assign, { ...ofTicket(desk, ticketId), memberId: ana.memberId }));
  expect(await desk.tickets()).toMatchObject([{ status: 'closed' }]);
});

test('[T2] a reply, a takeover and self-assignment open a new ticket; notes and others’ assignment do not', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.handsOver();
  const { teamId, conversationId, ana, ben } = desk;
  const status = async () => (await desk.tickets())[0]!.status;
  await ana.as.mutation(api.messages.note, { teamId, conversationId, text: 'hm', clientMessageId: 'n' });
  await ana.as.mutation(api.tickets.assign, { teamId, ticketId, memberId: ben.memberId });
  expect(await status()).toBe('new');
  await ana.as.mutation(api.tickets.assign, { teamId, ticketId, memberId: ana.memberId });
  expect(await status()).toBe('open');

  const other = await startThread(desk, 'web');
  await other.handsOver();
  await other.takesOver(ana);
  expect(await other.tickets()).toMatchObject([{ status: 'open' }]);
});

test('[T2] reopening while another ticket of the conversation is active is refused with its number', async () => {
  const desk = await openDesk();
  const first = await desk.handsOver();
  await desk.ana.as.mutation(api.tickets.close, {
    ...ofTicket(desk, first.ticketId),
    ...(await desk.shown()),
  });
  const second = await desk.handsOver();
  expect(second).toMatchObject({ number: 2, how: 'opened' });
  expect(
    await refused(desk.ana.as.mutation(api.tickets.reopen, ofTicket(desk, first.ticketId))),
  ).toMatchObject({
    code: 'ACTIVE_TICKET_EXISTS',
    number: 2,
  });
});

test('[T2] reopening does not change control', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  const before = await desk.control();
  await desk.ana.as.mutation(api.tickets.reopen, ofTicket(desk, ticketId));
  expect(await desk.control()).toEqual(before);
});

test('[T3] a snooze ends exactly on time', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.handsOver();
  await desk.ana.as.mutation(api.tickets.snooze, { ...ofTicket(desk, ticketId), until: Date.now() + 60_000 });
  await pass(desk, 59_999);
  expect((await desk.tickets())[0]!.snoozedUntil).toBeDefined();
  await pass(desk, 1);
  expect((await desk.tickets())[0]!.snoozedUntil).toBeUndefined();
});

test('[T3] [A4] a snoozed ticket stands in no list but its own, by when it wakes, until it wakes', async () => {
  const desk = await openDesk();
  const { teamId, ana } = desk;
  await desk.customerWrites('hello');
  const { ticketId } = await desk.handsOver();
  const read = readerOf(ana.as, teamId);
  const of = { teamId, ticketId };
  await ana.as.mutation(api.tickets.assign, { ...of, memberId: ana.memberId });
  const mine = () => readList(read, { list: 'assigned', memberId: ana.memberId });
  const until = Date.now() + 60_000;
  await ana.as.mutation(api.tickets.snooze, { ...of, until });
  expect([await mine(), await readList(read, { list: 'all' })]).toEqual([[], []]);
  expect(await readList(read, { list: 'snoozed' })).toEqual([1]);
  expect(await read(api.tickets.counts, {})).toMatchObject({ unassigned: 0, all: 0, snoozed: 1 });
  expect(await read(api.tickets.countOf, { memberId: ana.memberId })).toBe(0);
  expect(await read(api.tickets.row, { number: 1 })).toMatchObject({ at: until, snoozedUntil: until });
  await pass(desk, 61_000);
  expect(await mine()).toEqual([1]);
  expect(await readList(read, { list: 'snoozed' })).toEqual([]);
  expect(await read(api.tickets.counts, {})).toMatchObject({ unassigned: 0, all: 1, snoozed: 0 });
  expect(await read(api.tickets.row, { number: 1 })).toMatchObject({ snoozedUntil: null });
});

test('[T3] a snooze that ends in the past, never or in another age is refused, and changes nothing', async () => {
  const desk = await openDesk();
  await desk.customerWrites('hello');
  const { ticketId } = await desk.handsOver();
  for (const until of [Date.now() - 1, 1e15, Infinity, NaN, Date.now() + 367 * 24 * 3_600_000])
    await expect(
      desk.ana.as.mutation(api.tickets.snooze, { ...ofTicket(desk, ticketId), until }),
    ).rejects.toMatchObject({
      data: { code: 'INVALID_INPUT' },
    });
  expect((await desk.tickets())[0]!.snoozedUntil).toBeUndefined();
});

test('[T3] a snooze ends at once when the customer writes, and an older end leaves a later snooze alone', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.handsOver();
  const snooze = (ms: number) =>
    desk.ana.as.mutation(api.tickets.snooze, { ...ofTicket(desk, ticketId), until: Date.now() + ms });
  await snooze(60_000);
  await desk.customerWrites('are you there?');
  expect((await desk.tickets())[0]!.snoozedUntil).toBeUndefined();
  await desk.agentAnswers('yes');
  await snooze(120_000);
  await pass(desk, 60_000);
  expect((await desk.tickets())[0]!.snoozedUntil).toBeDefined();
  expect(await refused(snooze(0))).toMatchObject({ code: 'INVALID_INPUT' });
});

test('[T3] waiting on the customer ends when they write; waiting on a third party does not', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.handsOver();
  const wait = (waitingOn: 'customer' | 'thirdParty') =>
    desk.ana.as.mutation(api.tickets.setWaiting, { ...ofTicket(desk, ticketId), waitingOn });
  await wait('thirdParty');
  await desk.customerWrites('any news?');
  expect((await desk.tickets())[0]!.waitingOn).toBe('thirdParty');
  await wait('customer');
  await desk.customerWrites('here is the photo');
  expect((await desk.tickets())[0]!.waitingOn).toBeUndefined();
});

test('[T4] a resolved ticket closes by itself after 4 days', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  await pass(desk, 4 * day - 1);
  expect(await desk.tickets()).toMatchObject([{ status: 'resolved' }]);
  await pass(desk, 1);
  expect(await desk.tickets()).toMatchObject([{ status: 'closed' }]);
});

test('[T4] the scheduled close belongs to its resolve: after a reopen and another resolve it does nothing', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  await pass(desk, day);
  await desk.ana.as.mutation(api.tickets.reopen, ofTicket(desk, ticketId));
  await pass(desk, day);
  await desk.resolves(desk.ana, ticketId);
  await pass(desk, 2 * day);
  expect(await desk.tickets()).toMatchObject([{ status: 'resolved' }]);
  await pass(desk, 2 * day);
  expect(await desk.tickets()).toMatchObject([{ status: 'closed' }]);
});

test('[T4] a reopen keeps number, history and the assignee who is there', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  await setStatus(desk, desk.ana.memberId, 'busy');
  await desk.ben.as.mutation(api.tickets.reopen, ofTicket(desk, ticketId));
  expect(await desk.tickets()).toMatchObject([{ number: 1, status: 'open', assigneeId: desk.ana.memberId }]);
});

test('[A2] a reopen for somebody offline goes to the pool at once, for somebody away after a grace', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  const assignee = async () => (await desk.tickets())[0]!.assigneeId;
  await desk.resolves(desk.ana, ticketId);
  await setStatus(desk, desk.ana.memberId, 'away');
  await desk.handsOver();
  expect(await assignee()).toBe(desk.ana.memberId);
  await pass(desk, 120_000);
  expect(await assignee()).toBeUndefined();

  await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  await setStatus(desk, desk.ana.memberId, 'offline');
  await desk.handsOver();
  expect(await assignee()).toBeUndefined();
});

test('[A2] who comes back within the grace keeps their reopened ticket', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  await setStatus(desk, desk.ana.memberId, 'away');
  await desk.handsOver();
  await setStatus(desk, desk.ana.memberId, 'online');
  await pass(desk, 120_000);
  expect((await desk.tickets())[0]!.assigneeId).toBe(desk.ana.memberId);
});

test('[A2] [A7] whom a person has given a reopened ticket keeps it, however much happened to it before', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  await setStatus(desk, desk.ana.memberId, 'away');
  await setStatus(desk, desk.ben.memberId, 'away');
  await desk.handsOver();
  await desk.inCase(async (ctx, opened) => {
    const actor = { kind: 'system' as const };
    for (let n = 1; n <= 250; n++) await recordTags(ctx, opened, opened.ticket!, [`tag ${n}`], actor);
  });
  const assigned = { ...ofTicket(desk, ticketId), memberId: desk.ben.memberId };
  await desk.ana.as.mutation(api.tickets.assign, assigned);
  await pass(desk, 120_000);
  await desk.t.finishAllScheduledFunctions(() => vi.advanceTimersByTime(1));
  expect((await desk.tickets())[0]!.assigneeId).toBe(desk.ben.memberId);
});

test('[A2] a grace passes, however much happened to a reopened ticket meanwhile', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  await setStatus(desk, desk.ana.memberId, 'away');
  await desk.handsOver();
  await desk.inCase(async (ctx, opened) => {
    const actor = { kind: 'system' as const };
    for (let n = 1; n <= 250; n++) await recordTags(ctx, opened, opened.ticket!, [`tag ${n}`], actor);
  });
  await pass(desk, 120_000);
  await desk.t.finishAllScheduledFunctions(() => vi.advanceTimersByTime(1));
  expect((await desk.tickets())[0]!.assigneeId).toBeUndefined();
});

test('[T5] a handover adds its reason to the active ticket, reopens a resolved one, opens a linked one after closed', async () => {
  const desk = await openDesk();
  const first = await desk.handsOver('agentAsked');
  expect(await desk.handsOver('customerAsked')).toMatchObject({ number: 1, how: 'added' });
  await desk.resolves(desk.ana, first.ticketId);
  expect(await desk.handsOver()).toMatchObject({ number: 1, how: 'reopened' });
  await desk.ana.as.mutation(api.tickets.close, {
    ...ofTicket(desk, first.ticketId),
    ...(await desk.shown()),
  });
  const second = await desk.handsOver();
  expect(second).toMatchObject({ number: 2, how: 'opened' });
  expect((await desk.tickets())[1]).toMatchObject({ previousTicketId: first.ticketId });
});

test('[T5] a takeover without an active ticket opens one, reopens a resolved one, links a new one after closed', async () => {
  const desk = await openDesk();
  const first = await desk.takesOver(desk.ana);
  expect(await desk.tickets()).toMatchObject([{ number: 1, reason: 'takenOver', status: 'open' }]);
  await desk.resolves(desk.ana, first.ticketId);
  expect(await desk.takesOver(desk.ben)).toMatchObject({ number: 1 });
  await desk.ben.as.mutation(api.tickets.close, {
    ...ofTicket(desk, first.ticketId),
    ...(await desk.shown()),
  });
  expect(await desk.takesOver(desk.ben)).toMatchObject({ number: 2 });
  expect((await desk.tickets())[1]).toMatchObject({
    previousTicketId: first.ticketId,
    assigneeId: desk.ben.memberId,
  });
});

test('[T6] a customer message on a resolved ticket is the agent’s and leaves the ticket resolved', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.takesOver(desk.ana);
  await desk.resolves(desk.ana, ticketId);
  await desk.customerWrites('Thank you! Do you sell gift cards?');
  expect(await desk.tickets()).toMatchObject([{ status: 'resolved' }]);
  expect((await desk.tickets())[0]!.waitingSince).toBeUndefined();
  expect(await desk.agentAnswers('Yes.')).toHaveProperty('sent');
});

test('[T7] waitingSince is the handover or the first message after a person’s reply; agent answers never clear it', async () => {
  const desk = await openDesk();
  const since = async () => (await desk.tickets())[0]!.waitingSince;
  await desk.customerWrites('hello');
  await desk.handsOver();
  const handover = Date.now();
  await pass(desk, 5_000);
  await desk.agentAnswers('a person will come');
  expect(await since()).toBe(handover);
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'Hi, Ana here');
  expect(await since()).toBeUndefined();
  expect((await desk.tickets())[0]!.firstReplyAt).toBe(Date.now());
  await pass(desk, 5_000);
  await desk.customerWrites('great');
  const first = Date.now();
  await pass(desk, 5_000);
  await desk.customerWrites('and?');
  expect(await since()).toBe(first);
});

test('[T7] a ticket leads to the other tickets of its customer, in whichever conversation, and to nobody else’s', async () => {
  const desk = await openDesk();
  const { t, teamId, agentId, ana } = desk;
  await desk.customerWrites('The tent leaks.');
  const first = await desk.handsOver();
  const close = { ...ofTicket(desk, first.ticketId), ...(await desk.shown()) };
  await ana.as.mutation(api.tickets.close, close);
  const elsewhere = await startThread(desk, 'email');
  await elsewhere.customerWrites('Where is my refund?');
  await elsewhere.handsOver();
  const stranger = await t.run((ctx) => ctx.db.insert('customers', { teamId, name: 'Dora' }));
  const another = await startThread({ t, teamId, agentId, customerId: stranger }, 'web');
  await another.customerWrites('Hello');
  await another.handsOver();
  const last = await desk.handsOver();
  const read = readerOf(ana.as, teamId);
  const ticketsOf = async (customerId: Id<'customers'>, most = 10) => {
    const { conversations, hasMore } = await read(api.customers.conversations, { customerId, most });
    const shown = conversations.map(({ channel, tickets }) => [
      channel,
      ...tickets.map(({ number, status }) => `${number} ${status}`),
    ]);
    return hasMore ? [...shown, 'more'] : shown;
  };
  const older = ['web', `${last.number} new`, '1 closed'];
  expect(await ticketsOf(desk.customerId)).toEqual([['email', '2 new'], older]);
  expect(await ticketsOf(desk.customerId, 1)).toEqual([['email', '2 new'], 'more']);
  expect(await ticketsOf(stranger)).toEqual([['web', '3 new']]);
});

test('[T7] a ticket shows what it needs to be worked on', async () => {
  const desk = await openDesk();
  await desk.customerWrites('hello');
  const { number } = await desk.handsOver('customerAsked');
  const page = await readTicket(desk.ana.as, { teamId: desk.teamId, number });
  expect(page).toMatchObject({
    ticket: { number, status: 'new', priority: 'normal', reason: 'customerAsked', channel: 'web' },
    customer: { called: 'Carla' },
    agent: { name: 'Robin' },
    assignee: null,
    control: { holder: 'agent', operatorName: null, epoch: 1 },
    unanswered: { lastSequence: 1 },
    customerChannel: 'web',
  });
  expect(await readTicket(desk.ana.as, { teamId: desk.teamId, number: 99 })).toBeNull();
});

test('[H2] a brief is stale once the customer has written again', async () => {
  const desk = await openDesk();
  await desk.customerWrites('hello');
  const brief = { asked: 'a refund', facts: [{ text: 'order 12', sequence: 1 }], tried: [] };
  const { number } = await desk.handsOver('agentAsked', { brief });
  const stale = async () => (await readTicket(desk.ana.as, { teamId: desk.teamId, number }))!.isBriefStale;
  expect(await stale()).toBe(false);
  await desk.customerWrites('no, wait');
  expect(await stale()).toBe(true);
});

test('[T8] every change writes its event, and the ticket equals the replay of the thread', async () => {
  const desk = await openDesk();
  const { ana, ben } = desk;
  await desk.customerWrites('hello');
  const { ticketId } = await desk.handsOver();
  const of = ofTicket(desk, ticketId);
  await ana.as.mutation(api.tickets.setPriority, { ...of, priority: 'urgent' });
  await ana.as.mutation(api.tickets.setTags, {
    ...of,
    tags: ['refund', ' refund', 're\u200bfund', 'refund\u202e', 'vip\n'],
  });
  await ana.as.mutation(api.tickets.assign, { ...of, memberId: ben.memberId });
  await ana.as.mutation(api.tickets.setWaiting, { ...of, waitingOn: 'customer' });
  await desk.customerWrites('there');
  await ana.as.mutation(api.tickets.snooze, { ...of, until: Date.now() + day });
  await desk.takesOver(ana);
  await desk.replies(ana, 'hi');
  await desk.resolves(ana, ticketId);
  await desk.handsOver('customerAsked');

  const [ticket] = await desk.tickets();
  const entries = await desk.entries();
  const replayed = replayTicket(entries, ticketId)!;
  const {
    _id,
    _creationTime,
    teamId: _teamId,
    conversationId: _,
    agentId,
    customerId,
    channel,
    ...state
  } = ticket!;
  expect([_id, agentId, customerId, channel]).not.toContain(undefined);
  expect(state).toEqual(replayed);
  expect(ticket).toMatchObject({ tags: ['refund', 'vip'], priority: 'urgent', status: 'open' });
  const types = entries.flatMap(({ event }) => (event ? [event.type] : []));
  expect(types).toEqual([
    'ticketOpened',
    'priorityChanged',
    'tagsChanged',
    'assigned',
    'waitingChanged',
    'waitingChanged',
    'snoozed',
    'controlTaken',
    'statusChanged',
    'assigned',
    'statusChanged',
    'controlReturned',
    'statusChanged',
    'reasonAdded',
  ]);
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
});

test('[E3] rows, places and counts are derived in the same mutation and skipped when unchanged', async () => {
  const desk = await openDesk();
  const { teamId, ana } = desk;
  await desk.customerWrites('hello');
  const { ticketId } = await desk.handsOver();
  const read = readerOf(ana.as, teamId);
  const { memberId } = ana;
  expect(await readList(read, { list: 'unassigned' })).toEqual([1]);
  expect(await readList(read, { list: 'assigned', memberId })).toEqual([]);
  expect(await read(api.tickets.row, { number: 1 })).toMatchObject({
    preview: 'hello',
    previewAuthor: 'customer',
  });
  expect(await read(api.tickets.counts, {})).toMatchObject({ unassigned: 1, all: 1, snoozed: 0 });

  const stored = () =>
    desk.t.run(async (ctx) => ({
      row: await ctx.db.query('ticketRows').first(),
      place: await ctx.db.query('ticketPlaces').first(),
    }));
  const before = await stored();
  await ana.as.mutation(api.tickets.setTags, { ...ofTicket(desk, ticketId), tags: ['x'] });
  expect(await stored()).toEqual(before);

  await desk.takesOver(ana);
  expect(await readList(read, { list: 'assigned', memberId })).toEqual([1]);
  expect(await read(api.tickets.row, { number: 1 })).toMatchObject({
    operatorName: 'Ana',
    holder: 'operator',
  });
  expect(await read(api.tickets.counts, {})).toMatchObject({ unassigned: 0, all: 1, snoozed: 0 });
  expect(await read(api.tickets.countOf, { memberId })).toBe(1);
  await desk.resolves(ana, ticketId);
  expect(await readList(read, { list: 'all' })).toEqual([]);
  expect(await readList(read, { list: 'resolved' })).toEqual([1]);
  expect(await read(api.tickets.row, { number: 1 })).toMatchObject({ status: 'resolved', holder: 'agent' });
  const last = await stored();
  await desk.inCase(async (_ctx, opened) => {
    // Derived from scratch, it is the same.
    opened.isRenamed = true;
  });
  expect(await stored()).toEqual(last);
});

test('[E5] a message moves its ticket only where it changes who waits', async () => {
  const desk = await openDesk();
  const { ana } = desk;
  const place = () => desk.t.run(async (ctx) => (await ctx.db.query('ticketPlaces').first())!);
  await desk.customerWrites('hello');
  const { ticketId } = await desk.handsOver();
  const first = await place();
  await pass(desk, 1_000);
  await desk.customerWrites('anybody there?');
  await desk.agentAnswers('A person is on the way.');
  expect(await place()).toEqual(first);
  await desk.takesOver(ana);
  await desk.replies(ana, 'Here I am.');
  const answered = await place();
  expect(answered.sortAt).toBeGreaterThan(first.sortAt);
  await pass(desk, 1_000);
  await desk.customerWrites('thanks');
  const waits = await place();
  expect(waits.sortAt).toBe(answered.sortAt + 1_000);
  await desk.resolves(ana, ticketId);
  const ended = await place();
  expect(ended).toMatchObject({ bucket: 'resolved', assignee: ana.memberId });
  await pass(desk, 1_000);
  await desk.customerWrites('one more thing');
  expect(await place()).toEqual(ended);
});

test('[E5] a list comes in pages that are the same for everybody, and a ticket that goes changes only its own', async () => {
  const desk = await openDesk();
  const { teamId, ana } = desk;
  const read = readerOf(ana.as, teamId);
  const { ticketId } = await desk.handsOver();
  await desk.t.run(async (ctx) => {
    for (let number = 2; number <= 250; number++) {
      // Several of one instant each.
      const sortAt = Math.floor(number / 7);
      const { bucket, assignee } = { bucket: 'active' as const, assignee: 'none' };
      const place = { ticketId, teamId, number, bucket, assignee, sortAt };
      await ctx.db.insert('ticketPlaces', { ...place, priority: 'normal' });
    }
  });
  const pages = [];
  for (let after: Position | undefined; ;) {
    const page = await read(api.tickets.list, { list: 'all', after });
    pages.push(page);
    if (page.next === null) break;
    after = page.next;
  }
  expect(pages.map(({ numbers }) => numbers.length)).toEqual([99, 100, 51]);
  const inOrder = [...Array.from({ length: 249 }, (_, index) => index + 2), 1];
  expect(pages.flatMap(({ numbers }) => numbers)).toEqual(inOrder);
  await desk.t.run(async (ctx) => {
    const [gone] = (await ctx.db.query('ticketPlaces').collect()).filter(({ number }) => number === 50);
    await ctx.db.delete(gone!._id);
  });
  expect((await read(api.tickets.list, { list: 'all' })).next).toEqual(pages[0]!.next);
  expect(await read(api.tickets.list, { list: 'all', after: pages[0]!.next! })).toEqual(pages[1]);
});

test('[E3] a row follows the names it shows: the customer’s, and whoever holds', async () => {
  const desk = await openDesk();
  const { t, teamId, ana, ben, customerId } = desk;
  await desk.handsOver();
  await transact(t, async (ctx) => {
    await ctx.db.patch(customerId, { name: undefined });
    await noteEmail(ctx, customerId, 'carla@klein.example');
  });
  const row = () => readShared(ana.as, api.tickets.row, { teamId, number: 1 });
  expect(await row()).toMatchObject({ customerName: 'carla@klein.example', operatorName: null });
  const { epoch } = await desk.takesOver(ana);
  expect(await row()).toMatchObject({ operatorName: 'Ana' });
  await desk.takesOver(ben, { expectedEpoch: epoch });
  expect(await row()).toMatchObject({ operatorName: 'Ben' });
});

test('[E3] a ticket that comes back to another list shows the names of now', async () => {
  const desk = await openDesk();
  const { ana, teamId, customerId } = desk;
  const close = async (ticketId: Id<'tickets'>) =>
    ana.as.mutation(api.tickets.close, { teamId, ticketId, ...(await desk.shown()) });
  const first = await desk.handsOver();
  await close(first.ticketId);
  const second = await desk.handsOver();
  await transact(desk.t, async (ctx) => {
    await ctx.db.patch(customerId, { name: undefined });
    await noteEmail(ctx, customerId, 'carla@klein.example');
  });
  await close(second.ticketId);
  await ana.as.mutation(api.tickets.reopen, { teamId, ticketId: first.ticketId });
  const rows = await desk.t.run((ctx) => ctx.db.query('ticketRows').collect());
  expect(rows.find(({ number }) => number === first.number)?.customerName).toBe('carla@klein.example');
});

test('[E3] a ticket that becomes the present one again shows what was said meanwhile', async () => {
  const desk = await openDesk();
  const { ana, teamId } = desk;
  const close = async (ticketId: Id<'tickets'>) =>
    ana.as.mutation(api.tickets.close, { teamId, ticketId, ...(await desk.shown()) });
  const first = await desk.handsOver();
  await close(first.ticketId);
  const second = await desk.handsOver();
  await desk.resolves(ana, second.ticketId);
  await ana.as.mutation(api.tickets.reopen, { teamId, ticketId: first.ticketId });
  await desk.customerWrites('And the boots?');
  await close(first.ticketId);
  const row = await readShared(ana.as, api.tickets.row, { teamId, number: second.number });
  expect(row).toMatchObject({ preview: 'And the boots?' });
});

test('[T7] a conversation that nobody named is called by what its customer said, never by an answer', async () => {
  const titleOf = async (question: string | null) => {
    const desk = await openDesk();
    if (question !== null) await desk.customerWrites(question);
    await desk.agentAnswers('As soon as it leaves our warehouse you get an email.');
    await desk.handsOver('customerAsked');
    return (await desk.t.run((ctx) => ctx.db.get(desk.conversationId)))!.subject;
  };
  expect(await titleOf('Where is my parcel?')).toBe('Where is my parcel?');
  expect(await titleOf(null)).toBe('');
});
