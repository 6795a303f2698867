import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { readShared } from '../../readShared.setup';
import { openRoutedDesk, type RoutedDesk, useFakeDay } from '../../routing.setup';
import { passTime, type TestMember } from '../../test.setup';

vi.setConfig({ testTimeout: 20_000 });
beforeEach(useFakeDay);
afterEach(() => {
  vi.useRealTimers();
});

const today = () => Math.floor(Date.now() / 86_400_000);

/** What came to each, once it has been counted. */
async function gotBy({ t, teamId, manager }: RoutedDesk) {
  await passTime(t, 15_000);
  await t.mutation(internal.jobs.measures.fold, { teamId });
  const asked = { teamId, by: 'operator' as const, from: today(), to: today() };
  const { rows } = await readShared(manager.as, api.reports.figures, asked, 'manager');
  return (who: TestMember) => rows.find(({ of }) => of === who.memberId)?.counts ?? {};
}

test('[B7] what came to each is counted by how it came, and each number opens its tickets', async () => {
  const desk = await openRoutedDesk(['Ana', 'Ben'], { mode: 'roundRobin' });
  const { teamId, manager, people, openTicket, settle, ticket } = desk;
  const [ana, ben] = people as [TestMember, TestMember];
  const opened = [];
  for (let made = 0; made < 4; made++) {
    opened.push(await openTicket());
    await settle();
  }
  await manager.as.mutation(api.teams.update, { teamId, assignmentMode: 'balanced' });
  opened.push(await openTicket());
  await settle();
  const last = (await ticket(opened[4]!.ticketId)).assigneeId === ana.memberId ? ana : ben;
  const first = (await ticket(opened[0]!.ticketId)).assigneeId === ana.memberId ? ana : ben;
  const other = first === ana ? ben : ana;
  const of = { teamId, ticketId: opened[0]!.ticketId };
  await manager.as.mutation(api.tickets.assign, { ...of, memberId: other.memberId });
  await first.as.mutation(api.tickets.assign, { ...of, memberId: first.memberId });
  const got = await gotBy(desk);
  expect(got(first)).toMatchObject({ givenByTurn: 2, tookUp: 1 });
  expect(got(other)).toMatchObject({ givenByTurn: 2, givenByHand: 1 });
  expect(got(last)).toMatchObject({ givenByLoad: 1 });
  const days = { from: today(), to: today() };
  const behind = (kind: 'givenByTurn' | 'tookUp', who: TestMember) =>
    readShared(
      manager.as,
      api.reports.behind,
      { teamId, by: 'operator', of: who.memberId, kind, ...days },
      'manager',
    );
  expect((await behind('givenByTurn', first)).rows).toHaveLength(2);
  expect((await behind('tookUp', first)).rows).toMatchObject([{ number: 1 }]);
});

test('[B7] [A9] what somebody let go by is counted as gone back', async () => {
  const desk = await openRoutedDesk(['Ana', 'Ben']);
  const { people, openTicket, settle, ticket, staying } = desk;
  const { ticketId } = await openTicket();
  await settle();
  const { assigneeId } = await ticket(ticketId);
  const who = people.find(({ memberId }) => memberId === assigneeId)!;
  const other = people.find(({ memberId }) => memberId !== assigneeId)!;
  await staying(people, 10 * 60_000);
  await settle();
  const got = await gotBy(desk);
  expect(got(who)).toMatchObject({ givenByLoad: 1, letGo: 1 });
  expect(got(other)).toMatchObject({ givenByLoad: 1 });
});
