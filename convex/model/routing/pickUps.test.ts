import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { readerOf, readShared, readTicket } from '../../readShared.setup';
import { openRoutedDesk, useFakeDay } from '../../routing.setup';
import { passTime, refusal } from '../../test.setup';

vi.setConfig({ testTimeout: 20_000 });
beforeEach(useFakeDay);
afterEach(() => {
  vi.useRealTimers();
});

const minute = 60_000;

async function openGiven(names: string[], priority?: 'urgent') {
  const desk = await openRoutedDesk(names, { limit: 5 });
  const thread = await desk.openTicket(priority);
  await desk.settle();
  const { ticketId } = thread;
  const now = () => desk.ticket(ticketId);
  const first = (await now()).assigneeId!;
  const who = desk.people.find(({ memberId }) => memberId === first)!;
  const events = async () =>
    (await thread.entries()).flatMap(({ event, at }) =>
      event?.type === 'assigned' ? [{ ...event, at }] : [],
    );
  const of = { teamId: desk.teamId, ticketId };
  return { ...desk, ...thread, now, who, events, of };
}

test('[A9] what is neither opened nor answered in ten minutes goes to somebody else, with the reason, and its person is told', async () => {
  const desk = await openGiven(['Ana', 'Ben']);
  const { who, people, of, now, events, teamId } = desk;
  const other = people.find(({ memberId }) => memberId !== who.memberId)!;
  const at = (await events())[0]!.at;
  expect(await readTicket(other.as, { teamId, number: 1 })).toMatchObject({ pickUpBy: at + 10 * minute });
  await desk.staying(people, 10 * minute - (Date.now() - at) - 1);
  expect((await now()).assigneeId).toBe(who.memberId);
  await passTime(desk.t, 1);
  await desk.settle();
  expect(await now()).toMatchObject({ assigneeId: other.memberId, assignedBy: 'automatic', status: 'new' });
  expect(await events()).toMatchObject([
    { to: who.memberId, how: 'automatic' },
    { from: who.memberId, how: 'notPickedUp', at: at + 10 * minute, othersUntil: at + 20 * minute },
    { to: other.memberId, how: 'automatic' },
  ]);
  const why = await readShared(other.as, api.routing.decision, of);
  expect(why).toMatchObject({ winnerId: other.memberId });
  expect(why!.candidates.find(({ memberId }) => memberId === who.memberId)!.skipped).toBe('notPickedUp');
  const { needs } = await who.as.query(api.needs.mine, { teamId });
  expect(needs).toMatchObject([{ kind: 'taken', number: 1 }]);
});

test('[A9] once a person and ticket: it waits for others as long again, then comes back and stays', async () => {
  const desk = await openGiven(['Ana']);
  const { who, people, of, now, events } = desk;
  const at = (await events())[0]!.at;
  await desk.staying(people, 10 * minute);
  await desk.settle();
  expect((await now()).assigneeId).toBeUndefined();
  const why = await readShared(who.as, api.routing.whyNotAssigned, {
    ...of,
    minute: Math.floor(Date.now() / minute),
  });
  expect(why.because).toBe('nobodyEligible');
  expect(why.candidates.find(({ memberId }) => memberId === who.memberId)!.skipped).toBe('notPickedUp');
  // Another one for them does not wait for it.
  const next = await desk.openTicket();
  await desk.settle();
  expect((await desk.ticket(next.ticketId)).assigneeId).toBe(who.memberId);
  await who.as.mutation(api.tickets.pickUp, { teamId: of.teamId, ticketId: next.ticketId });
  await desk.staying(people, at + 20 * minute - Date.now() + 100);
  await desk.settle();
  expect((await now()).assigneeId).toBe(who.memberId);
  await desk.staying(people, 30 * minute);
  expect((await now()).assigneeId).toBe(who.memberId);
  expect(await events()).toHaveLength(3);
});

test('[A9] whoever let it go by before keeps it, however many rounds it went: no time is said, and no alarm is left', async () => {
  const desk = await openGiven(['Ana', 'Ben'], 'urgent');
  const { who, people, of, now, events, teamId } = desk;
  await desk.staying(people, 3 * minute);
  await desk.settle();
  expect((await now()).assigneeId).not.toBe(who.memberId);
  await desk.staying(people, 3 * minute);
  await desk.settle();
  expect((await now()).assigneeId).toBe(who.memberId);
  expect(await readTicket(who.as, { teamId, number: 1 })).toMatchObject({ pickUpBy: null });
  const alarms = await desk.t.run((ctx) => ctx.db.query('alarms').collect());
  expect(alarms.filter(({ kind, subject }) => kind === 'pickUp' && subject === of.ticketId)).toEqual([]);
  await desk.staying(people, 20 * minute);
  expect((await now()).assigneeId).toBe(who.memberId);
  expect(await events()).toHaveLength(5);
});

test.each([
  ['opens it', (d: Given) => d.who.as.mutation(api.tickets.pickUp, d.of)],
  ['takes over', (d: Given) => d.takesOver(d.who)],
  ['sets something', (d: Given) => d.who.as.mutation(api.tickets.setTags, { ...d.of, tags: ['vip'] })],
  [
    'notes something',
    (d: Given) =>
      d.who.as.mutation(api.messages.note, {
        teamId: d.of.teamId,
        conversationId: d.conversationId,
        text: 'Mine.',
        clientMessageId: 'n',
      }),
  ],
])('[A9] it stays with whoever %s', async (_what, act) => {
  const desk = await openGiven(['Ana', 'Ben']);
  await desk.staying(desk.people, 9 * minute);
  await act(desk);
  await desk.staying(desk.people, 20 * minute);
  expect((await desk.now()).assigneeId).toBe(desk.who.memberId);
  expect(await readTicket(desk.who.as, { teamId: desk.teamId, number: 1 })).toMatchObject({ pickUpBy: null });
});
type Given = Awaited<ReturnType<typeof openGiven>>;

test('[A9] [A7] of another’s look nothing follows, and what a person gave is never taken back', async () => {
  const desk = await openGiven(['Ana', 'Ben']);
  const { who, people, of } = desk;
  const other = people.find(({ memberId }) => memberId !== who.memberId)!;
  await other.as.mutation(api.tickets.pickUp, of);
  await other.as.mutation(api.tickets.noteOpened, of);
  // Had before them for less than two seconds is not opened (M of ux: a preload is none).
  await who.as.mutation(api.tickets.noteOpened, of);
  await desk.staying(people, 10 * minute);
  await desk.settle();
  expect((await desk.now()).assigneeId).toBe(other.memberId);
  await desk.manager.as.mutation(api.tickets.assign, { ...of, memberId: who.memberId });
  await desk.staying(people, 40 * minute);
  expect((await desk.now()).assigneeId).toBe(who.memberId);
});

test('[A9] three minutes for what is urgent, also from when it becomes so; as the team sets it, or never', async () => {
  const urgent = await openGiven(['Ana', 'Ben'], 'urgent');
  await urgent.staying(urgent.people, 3 * minute);
  await urgent.settle();
  expect((await urgent.now()).assigneeId).not.toBe(urgent.who.memberId);

  const hurried = await openGiven(['Ana', 'Ben']);
  await hurried.staying(hurried.people, 2 * minute);
  await hurried.manager.as.mutation(api.tickets.setPriority, { ...hurried.of, priority: 'urgent' });
  const at = Date.now();
  await passTime(hurried.t, 10);
  expect(await readTicket(hurried.who.as, { teamId: hurried.teamId, number: 1 })).toMatchObject({
    pickUpBy: at + 3 * minute,
  });

  const { teamId, manager, ...never } = await openRoutedDesk(['Ana', 'Ben']);
  const set = (minutes: number) =>
    manager.as.mutation(api.teams.update, { teamId, pickUp: { minutes, urgentMinutes: 0 } });
  for (const bad of [-1, 1.5, 1_441]) expect(await refusal(set(bad))).toBe('INVALID_INPUT');
  await set(0);
  // What is not given stays.
  await manager.as.mutation(api.teams.update, { teamId, pickUp: { urgentMinutes: 7 } });
  await manager.as.mutation(api.teams.update, { teamId, pickUp: { minutes: 0 } });
  const read = readerOf(manager.as, teamId);
  expect((await read(api.teams.get, {}))?.pickUp).toEqual({ minutes: 0, urgentMinutes: 7 });
  const kept = await never.openTicket();
  await never.settle();
  const { assigneeId } = await never.ticket(kept.ticketId);
  await never.staying(never.people, 30 * minute);
  expect((await never.ticket(kept.ticketId)).assigneeId).toBe(assigneeId);
});

test('[A9] the minutes are those of the team’s opening hours', async () => {
  const desk = await openRoutedDesk(['Ana', 'Ben']);
  const { teamId, manager, people } = desk;
  // It closes in four minutes, and opens an hour later.
  const now = new Date();
  const from = now.getUTCHours() * 60 + now.getUTCMinutes();
  const week = Array.from({ length: 7 }, () => [
    { from: 0, to: from + 4 },
    { from: from + 64, to: 1_440 },
  ]);
  await manager.as.mutation(api.calendars.save, {
    teamId,
    calendar: { timeZone: 'UTC', week, holidays: [] },
  });
  const { ticketId } = await desk.openTicket();
  await desk.settle();
  const { assigneeId } = await desk.ticket(ticketId);
  const who = people.find(({ memberId }) => memberId === assigneeId)!;
  await desk.staying(people, 68 * minute);
  expect((await desk.ticket(ticketId)).assigneeId).toBe(who.memberId);
  await desk.staying(people, 3 * minute);
  expect((await desk.ticket(ticketId)).assigneeId).not.toBe(who.memberId);
});

test('[A9] what they did counts however much was said since', async () => {
  const desk = await openGiven(['Ana', 'Ben']);
  await desk.who.as.mutation(api.tickets.setTags, { ...desk.of, tags: ['vip'] });
  for (let said = 0; said < 220; said++) await desk.customerWrites(`And ${said}`);
  await desk.staying(desk.people, 20 * minute);
  expect((await desk.now()).assigneeId).toBe(desk.who.memberId);
});

test('[A6] [A9] fifty that those who are there have let go by keep nothing back that stands behind them', async () => {
  const desk = await openRoutedDesk(['Ana'], { limit: 5 });
  const [ana] = desk.people as [(typeof desk.people)[number]];
  await desk.declare(ana, 'busy');
  const passed: Id<'tickets'>[] = [];
  for (let made = 0; made < 60; made++) passed.push((await desk.openTicket()).ticketId);
  const until = Date.now() + 60 * minute;
  await desk.t.run(async (ctx) => {
    for (const id of passed) await ctx.db.patch(id, { passedOver: [{ memberId: ana.memberId, until }] });
  });
  const { ticketId } = await desk.openTicket();
  await desk.declare(ana, 'online');
  await desk.settle();
  expect((await desk.ticket(ticketId)).assigneeId).toBe(ana.memberId);
  expect((await desk.ticket(passed[0]!)).assigneeId).toBeUndefined();
});

test('[A9] what a colleague has ended is not taken back when it comes to life again', async () => {
  const desk = await openGiven(['Ana', 'Ben']);
  const { who, people, of, now } = desk;
  const other = people.find(({ memberId }) => memberId !== who.memberId)!;
  await desk.staying(people, 8 * minute);
  await desk.resolves(other, of.ticketId);
  await other.as.mutation(api.tickets.reopen, of);
  expect(await now()).toMatchObject({ assigneeId: who.memberId, status: 'open' });
  expect(await readTicket(other.as, { teamId: of.teamId, number: 1 })).toMatchObject({ pickUpBy: null });
  await desk.staying(people, 12 * minute);
  expect(await now()).toMatchObject({ assigneeId: who.memberId });
});
