/** What each carries is a counter that equals the sum (docs/rules.md A4), and whose turn it is stands beside it. */
import { describe, expect, test } from 'vitest';
import { api } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { openDesk } from '../../desk.setup';
import { readLoads } from '../../readShared.setup';
import { transact } from '../../test.setup';
import { joinTeam } from '../people/people';

type Desk = Awaited<ReturnType<typeof openDesk>>;

const rows = ({ t }: Desk) => t.run((ctx) => ctx.db.query('memberLoads').collect());
const loadOf = async (desk: Desk, memberId: Id<'members'>) =>
  (await rows(desk)).find((row) => row.memberId === memberId)?.load;

describe('[A4] a load', () => {
  test('moves in the transaction that moves the ticket or the control', async () => {
    const desk = await openDesk();
    const { ana, ben, teamId } = desk;
    await desk.customerWrites('hello');
    const { ticketId } = await desk.handsOver();
    const assign = (memberId: Id<'members'> | null) =>
      ben.as.mutation(api.tickets.assign, { teamId, ticketId, memberId });
    await assign(ana.memberId);
    expect(await loadOf(desk, ana.memberId)).toBe(1);
    await ana.as.mutation(api.tickets.setWaiting, { teamId, ticketId, waitingOn: 'customer' });
    expect(await loadOf(desk, ana.memberId)).toBe(0.5);
    await desk.takesOver(ana);
    expect(await loadOf(desk, ana.memberId)).toBe(1);
    await ana.as.mutation(api.tickets.snooze, { teamId, ticketId, until: Date.now() + 3_600_000 });
    expect(await loadOf(desk, ana.memberId)).toBe(0);
    await desk.customerWrites('Still there?');
    expect(await loadOf(desk, ana.memberId)).toBe(1);
    await ben.as.mutation(api.tickets.takeOver, { teamId, ticketId, steal: { expectedEpoch: 2 } });
    expect([await loadOf(desk, ana.memberId), await loadOf(desk, ben.memberId)]).toEqual([0, 1]);
    await desk.resolves(ben, ticketId);
    expect(await loadOf(desk, ben.memberId)).toBe(0);
    await ben.as.mutation(api.tickets.reopen, { teamId, ticketId });
    expect(await loadOf(desk, ben.memberId)).toBe(1);
  });

  test('goes with the membership; who comes back begins with what they still have, at the present turn', async () => {
    const desk = await openDesk();
    const { ana, owner, teamId, t } = desk;
    await desk.customerWrites('hello');
    const { ticketId } = await desk.handsOver();
    await desk.takesOver(ana);
    await t.run((ctx) => ctx.db.insert('turnCounters', { teamId, lastTurn: 7 }));
    await owner.as.mutation(api.members.remove, { teamId, memberId: ana.memberId });
    expect(await loadOf(desk, ana.memberId)).toBeUndefined();
    await t.run((ctx) => ctx.db.patch(ticketId, { assigneeId: ana.memberId }));
    const { userId } = ana;
    const person = { teamId, userId, role: 'operator' as const, name: 'Ana', email: 'ana@example.test' };
    await transact(t, (ctx) => joinTeam(ctx, person));
    expect((await rows(desk)).find((row) => row.memberId === ana.memberId)).toMatchObject({
      load: 1,
      turn: 7,
    });
  });

  test('of somebody without a row is counted by reading, until their first move makes one', async () => {
    const desk = await openDesk();
    const { ana, owner, teamId, t } = desk;
    await desk.customerWrites('hello');
    await desk.handsOver();
    await desk.takesOver(ana);
    await t.run(async (ctx) => {
      for (const { _id } of await ctx.db.query('memberLoads').collect()) await ctx.db.delete(_id);
    });
    const shown = async () =>
      (await readLoads(owner.as, teamId)).find(({ memberId }) => memberId === ana.memberId)?.load;
    expect(await shown()).toBe(1);
    await desk.replies(ana, 'It has been sent.');
    expect(await rows(desk)).toEqual([]);
    const of = { teamId, conversationId: desk.conversationId, ...(await desk.shown()) };
    await ana.as.mutation(api.tickets.returnToAgent, of);
    expect(await rows(desk)).toMatchObject([{ memberId: ana.memberId, load: 0.5 }]);
    expect(await shown()).toBe(0.5);
  });
});
