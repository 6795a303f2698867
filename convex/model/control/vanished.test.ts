import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { openRoutedDesk, useFakeDay } from '../../routing.setup';
import { passTime, refusal } from '../../test.setup';

vi.setConfig({ testTimeout: 20_000 });
beforeEach(useFakeDay);
afterEach(() => {
  vi.useRealTimers();
});

const minute = 60_000;

function bare<Row extends { _id: unknown; _creationTime: number }>({ _id, _creationTime, ...fields }: Row) {
  return fields;
}

/** Ana holds a conversation; the customer has just written; Ben is as told. */
async function held(ben: 'here' | 'offline' = 'offline') {
  const desk = await openRoutedDesk(['Ana', 'Ben']);
  const [ana, other] = desk.people as [(typeof desk.people)[number], (typeof desk.people)[number]];
  await desk.declare(other, 'offline');
  const thread = await desk.openTicket();
  await desk.settle();
  await thread.takesOver(ana);
  if (ben === 'here') await desk.declare(other, 'online');
  const { epoch } = await thread.control();
  const assignee = async () => (await desk.ticket(thread.ticketId)).assigneeId;
  return { ...desk, ...thread, ana, ben: other, epoch, assignee };
}

test('[C12] a holder who is there, or whom no customer waits for, keeps the conversation for hours', async () => {
  const { ana, ben, staying, customerWrites, control, epoch, assignee } = await held();
  await customerWrites('Hello?');
  await staying([ana, ben], 30 * minute);
  expect(await control()).toMatchObject({ operatorId: ana.memberId, epoch });
  expect(await assignee()).toBe(ana.memberId);
});

test('[C12] gone for 2 minutes with a customer waiting: the ticket goes to others; after 10 the team holds', async () => {
  const { ana, ben, staying, customerWrites, control, epoch, assignee, takesOver } = await held('here');
  await customerWrites('Hello?');
  // Silent: disconnected after 75 s, two minutes of grace from there.
  await staying([ben], 75_000 + 2 * minute - 1_000);
  expect(await assignee()).toBe(ana.memberId);
  await staying([ben], 2_000);
  expect(await assignee()).toBe(ben.memberId);
  expect(await control()).toMatchObject({ operatorId: ana.memberId, epoch });
  await staying([ben], 8 * minute + 20_000);
  expect(await control()).toMatchObject({ holder: 'operator', epoch: epoch + 1 });
  expect((await control()).operatorId).toBeUndefined();
  // Ben has the ticket and is there: the agent stays silent, and taking over is no steal.
  await staying([ben], 10 * minute);
  expect(await control()).toMatchObject({ holder: 'operator' });
  expect(await refusal(takesOver(ben))).toBeUndefined();
});

test('[C12] with nobody there for another grace the agent takes it back and answers what waits', async () => {
  const { t, customerWrites, control, epoch, read } = await held();
  await customerWrites('Hello?');
  await passTime(t, 75_000 + 12 * minute, 5_000);
  await passTime(t, 30_000, 5_000);
  expect(await control()).toMatchObject({ holder: 'agent', epoch: epoch + 2 });
  expect((await read()).answerDueAt).toBeGreaterThan(Date.now());
});

test('[C12] the clock of a message that came after the holder vanished starts at the message', async () => {
  const { ana, ben, staying, customerWrites, assignee } = await held('here');
  await staying([ben], 20 * minute);
  expect(await assignee()).toBe(ana.memberId);
  await customerWrites('Hello?');
  await staying([ben], 2 * minute - 1_000);
  expect(await assignee()).toBe(ana.memberId);
  await staying([ben], 2_000);
  expect(await assignee()).toBe(ben.memberId);
});

test('[C12] a holder who is back within the grace keeps it; a team may choose to keep, or to return at once after its time', async () => {
  const { teamId, manager, ana, ben, staying, arrive, customerWrites, control, epoch, assignee } =
    await held('here');
  await customerWrites('Hello?');
  await staying([ben], 3 * minute);
  await arrive(ana);
  await staying([ana, ben], 20 * minute);
  expect(await control()).toMatchObject({ operatorId: ana.memberId, epoch });
  expect(await assignee()).toBe(ana.memberId);

  await manager.as.mutation(api.teams.update, { teamId, whenHolderVanishes: 'keep' });
  await staying([ben], 30 * minute);
  expect(await control()).toMatchObject({ operatorId: ana.memberId, epoch });
  expect(await assignee()).toBe(ben.memberId);
  await arrive(ana);
  await manager.as.mutation(api.teams.update, { teamId, whenHolderVanishes: 'returnToAgent' });
  await staying([ben], 12 * minute);
  expect(await control()).toMatchObject({ holder: 'agent', epoch: epoch + 1 });
});

test('[C12] a team that keeps strands nobody either: with nobody there for another grace the agent takes it back', async () => {
  const { t, teamId, manager, customerWrites, control, epoch } = await held();
  await manager.as.mutation(api.teams.update, { teamId, whenHolderVanishes: 'keep' });
  await customerWrites('Hello?');
  await passTime(t, 75_000 + 12 * minute - 5_000, 5_000);
  expect(await control()).toMatchObject({ holder: 'operator', epoch });
  await passTime(t, 10_000, 5_000);
  expect(await control()).toMatchObject({ holder: 'agent', epoch: epoch + 1 });
});

test('[C12] one person who holds 260 conversations and vanishes strands none of them, and a sweep finds none', async () => {
  const desk = await held();
  const { t } = desk;
  await t.run(async (ctx) => {
    const control = (await ctx.db.query('controls').first())!;
    const head = (await ctx.db.query('threadHeads').first())!;
    for (let i = 1; i < 260; i++) {
      const conversation = bare((await ctx.db.get(control.conversationId))!);
      const conversationId = await ctx.db.insert('conversations', conversation);
      await ctx.db.insert('controls', { ...bare(control), conversationId });
      await ctx.db.insert('threadHeads', {
        ...bare(head),
        conversationId,
        presentTicketId: null,
        unansweredSince: Date.now(),
      });
    }
  });
  await desk.customerWrites('Hello?');
  await passTime(t, 75_000, 5_000);
  await passTime(t, 100, 10);
  const watched = () =>
    t.run(async (ctx) => {
      const alarms = await ctx.db.query('alarms').take(1_000);
      return alarms.filter(({ kind }) => kind === 'holder');
    });
  expect(await watched()).toHaveLength(260);
  expect(await t.mutation(internal.jobs.sweeps.holders, {})).toBe(0);
  // Those of a desk on which 60 were forgotten are found, page after page.
  for (const { _id } of (await watched()).slice(0, 60)) await t.run((ctx) => ctx.db.delete(_id));
  await t.mutation(internal.jobs.sweeps.holders, {});
  await t.finishInProgressScheduledFunctions();
  await passTime(t, 100, 10);
  expect(await t.mutation(internal.jobs.sweeps.holders, {})).toBe(0);
});

test('[C12] [R1] what a removed member held goes back to the agent when nobody can take it', async () => {
  const { t, teamId, owner, ana, customerWrites, control, epoch } = await held();
  await customerWrites('Hello?');
  await owner.as.mutation(api.members.remove, { teamId, memberId: ana.memberId });
  expect(await control()).toMatchObject({ holder: 'operator', epoch: epoch + 1 });
  await passTime(t, 2 * minute + 1_000, 1_000);
  expect(await control()).toMatchObject({ holder: 'agent', epoch: epoch + 2 });
});

test('[C12] whoever is given a conversation while they are away from everything strands nobody', async () => {
  const { ana, ben, t, teamId, ticketId, customerWrites, control, staying } = await held();
  await customerWrites('Hello?');
  await ana.as.mutation(api.tickets.assign, { teamId, ticketId, memberId: ben.memberId });
  expect(await control()).toMatchObject({ operatorId: ben.memberId });
  await staying([ana], 25 * minute);
  expect((await control()).operatorId).not.toBe(ben.memberId);
  expect(await t.run((ctx) => ctx.db.query('alarms').collect())).not.toContainEqual(
    expect.objectContaining({ kind: 'holder', dueAt: expect.toSatisfy((at: number) => at < Date.now()) }),
  );
});

test('[C12] [E3] a lost alarm is made up for, each by itself, and one whose subject is gone is dropped', async () => {
  const { t, customerWrites, control, staying, ben, conversationId } = await held();
  await customerWrites('Hello?');
  await passTime(t, 80_000, 5_000);
  await t.run(async (ctx) => {
    for (const job of await ctx.db.system.query('_scheduled_functions').collect()) {
      if (job.state.kind === 'pending') await ctx.scheduler.cancel(job._id);
    }
    const gone = await ctx.db.insert('conversations', {
      ...(({ _id, _creationTime, ...fields }) => fields)((await ctx.db.get(conversationId))!),
    });
    await ctx.db.delete(gone);
    await ctx.db.insert('alarms', { kind: 'holder', subject: gone, dueAt: 1 });
  });
  await passTime(t, 15 * minute, 60_000);
  const { overdue } = await t.mutation(internal.jobs.sweeps.presence, {});
  expect(overdue).toBeGreaterThan(1);
  await staying([ben], 2 * minute);
  expect((await control()).operatorId).toBeUndefined();
});
