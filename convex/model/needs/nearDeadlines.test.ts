import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import { openDesk } from '../../desk.setup';
import { usualTargets } from '../../shared/tickets/targets';
import { passTime, type TestMember } from '../../test.setup';

const minute = 60_000;
beforeEach(() => vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => {
  vi.useRealTimers();
});

/** A ticket that is due, and nobody's. */
async function openDue() {
  const desk = await openDesk();
  const { t, teamId, manager } = desk;
  await manager.as.mutation(api.teams.update, {
    teamId,
    targets: { ...usualTargets, isAroundTheClock: true },
  });
  await passTime(t, 50, 10);
  await desk.customerWrites('Where is my order?');
  const { ticketId } = await desk.handsOver();
  const of = { teamId, ticketId };
  const { nearAt, dueAt } = (await desk.tickets())[0]!.deadline!;
  const near = async (who: TestMember) =>
    (await who.as.query(api.needs.mine, { teamId })).needs.filter(({ kind }) => kind === 'near');
  const until = (instant: number) => passTime(t, instant - Date.now());
  const give = (to: TestMember) => manager.as.mutation(api.tickets.assign, { ...of, memberId: to.memberId });
  return { ...desk, of, nearAt, dueAt, near, until, give };
}

test('[T7] [A5] whoever has a ticket is told once when its deadline is near, and nobody else', async () => {
  const { near, until, give, nearAt, dueAt, ana, ben, manager, of, teamId } = await openDue();
  await give(ana);
  await until(nearAt - 1);
  expect(await near(ana)).toEqual([]);
  await until(nearAt + 10);
  expect(await near(ana)).toMatchObject([{ number: 1 }]);
  await ana.as.mutation(api.needs.dismiss, { teamId, ticketId: of.ticketId, kind: 'near' });
  await until(dueAt + minute);
  for (const who of [ana, ben, manager]) expect(await near(who)).toEqual([]);
});

test('[T7] [A5] what is put off is told when it is near then; what is kept is no need any more', async () => {
  const { near, until, give, nearAt, ana, of, takesOver, replies } = await openDue();
  await give(ana);
  await until(nearAt - minute);
  await ana.as.mutation(api.tickets.snooze, { ...of, until: Date.now() + 30 * minute });
  await until(nearAt + 10 * minute);
  expect(await near(ana)).toEqual([]);
  await until(nearAt + 40 * minute);
  expect(await near(ana)).toHaveLength(1);
  await takesOver(ana);
  await replies(ana, 'It is on its way.');
  expect(await near(ana)).toEqual([]);
});

test('[T7] [A5] of what nobody has nobody is told', async () => {
  const { near, until, nearAt, ana, manager } = await openDue();
  await until(nearAt + minute);
  for (const who of [ana, manager]) expect(await near(who)).toEqual([]);
});
