import { expect, test, vi } from 'vitest';
import { internal } from '../../_generated/api';
import type { Doc } from '../../_generated/dataModel';
import { openDesk } from '../../desk.setup';
import { readKeyOf } from '../../readShared.setup';
import { transact } from '../../test.setup';
import { openCaseOf } from '../../model/conversation/case';
import { oweAnswer } from '../../model/control/agentRuns';

type Desk = Awaited<ReturnType<typeof openDesk>>;
type Migration = keyof typeof internal.migrations.from1.data;

/** As the runner asks for it, every document in one batch. */
async function migrate({ t }: Desk, migration: Migration): Promise<void> {
  const batch = { cursor: null, dryRun: false, oneBatchOnly: true };
  await t.mutation(internal.migrations.from1.data[migration], batch);
}

const runs = ({ t }: Desk) => t.run((ctx) => ctx.db.query('agentRuns').collect());

/** A customer message as version 1 kept what it was owed. */
async function owedBefore(desk: Desk, dueAt: number): Promise<number> {
  const { t, teamId, conversationId } = desk;
  const { sequence } = await desk.customerWrites('Where is it?');
  await t.run(async (ctx) => {
    const head = (await ctx.db.query('threadHeads').first())!;
    await ctx.db.patch(head._id, { answerDueAt: undefined, answerAlarmAt: undefined });
    for await (const entry of ctx.db.query('entries'))
      await ctx.db.patch(entry._id, { answerDueAt: undefined });
    const scheduledId = (await ctx.db.system.query('_scheduled_functions').first())!._id;
    await ctx.db.insert('answerDeadlines', { conversationId, teamId, sequence, dueAt, scheduledId });
  });
  return sequence;
}

test('[C8] of the turns version 1 kept of a conversation the newest stays, numbered; again changes nothing', async () => {
  const desk = await openDesk();
  const { teamId, agentId, conversationId } = desk;
  const turn = { conversationId, teamId, agentId, epoch: 1, refusals: 0 };
  await desk.t.run(async (ctx) => {
    for (const [at, state] of (['done', 'stopped', 'waiting'] as const).entries())
      await ctx.db.insert('agentRuns', { ...turn, state, startedAt: at });
  });
  await migrate(desk, 'turns');
  const once = await runs(desk);
  expect(once.map(({ state, number }) => ({ state, number }))).toEqual([{ state: 'waiting', number: 1 }]);
  await migrate(desk, 'turns');
  expect(await runs(desk)).toEqual(once);
});

test('[H6] an answer of version 1 that is owed is owed by the earliest instant, on its entry too', async () => {
  vi.useFakeTimers();
  try {
    const desk = await openDesk();
    const dueAt = Date.now() + 30_000;
    const sequences = [await owedBefore(desk, dueAt), await owedBefore(desk, dueAt + 5_000)];
    await migrate(desk, 'answers');
    expect(await desk.read()).toMatchObject({ answerDueAt: dueAt, answerAlarmAt: dueAt });
    const entries = (await desk.entries()).filter(({ sequence }) => sequences.includes(sequence));
    expect(entries.map((entry) => entry.answerDueAt)).toEqual([dueAt, dueAt + 5_000]);
  } finally {
    vi.useRealTimers();
  }
});

test.each<[string, (desk: Desk) => Promise<unknown>]>([
  ['answered', (desk) => desk.agentAnswers('Here it is.')],
  ['taken over', (desk) => desk.takesOver(desk.ana)],
])('[H6] one that was %s before its turn came is owed no more', async (_how, act) => {
  const desk = await openDesk();
  await owedBefore(desk, Date.now() + 30_000);
  await act(desk);
  await migrate(desk, 'answers');
  expect((await desk.read()).answerDueAt).toBeUndefined();
  expect(await desk.t.run((ctx) => ctx.db.query('answerDeadlines').collect())).toEqual([]);
});

test('[H6] what the desk of now owes by an earlier instant stays owed by it', async () => {
  const desk = await openDesk();
  const soon = Date.now() + 10_000;
  await owedBefore(desk, soon + 20_000);
  await transact(desk.t, async (ctx) => oweAnswer(ctx, await openCaseOf(ctx, desk.conversationId), soon));
  await migrate(desk, 'answers');
  expect((await desk.read()).answerDueAt).toBe(soon);
});

test('[T5] a head of version 1 names its present ticket, and null where there is none', async () => {
  const desk = await openDesk();
  const { ticketId } = await desk.handsOver();
  const forget = (head: Doc<'threadHeads'>) =>
    desk.t.run((ctx) => ctx.db.patch(head._id, { presentTicketId: undefined }));
  await forget(await desk.read());
  await migrate(desk, 'presentTickets');
  expect((await desk.read()).presentTicketId).toBe(ticketId);
  await desk.t.run((ctx) => ctx.db.delete(ticketId));
  await forget(await desk.read());
  await migrate(desk, 'presentTickets');
  expect((await desk.read()).presentTicketId).toBeNull();
});

test('[P4] an article whose words were cut otherwise is found again', async () => {
  const desk = await openDesk();
  const { teamId } = desk;
  const article = { teamId, title: 'Tents', body: 'All our tents are waterproof.', updatedAt: 1 };
  const id = await desk.t.run((ctx) => ctx.db.insert('articles', { ...article, searchText: 'otherwise' }));
  await migrate(desk, 'articles');
  const found = await desk.t.run((ctx) =>
    ctx.db
      .query('articles')
      .withSearchIndex('search_searchText', (q) => q.search('searchText', 'tent').eq('teamId', teamId))
      .collect(),
  );
  expect(found.map(({ _id, updatedAt }) => ({ _id, updatedAt }))).toEqual([{ _id: id, updatedAt: 1 }]);
});

test('[E5] a team of version 1 has read keys; those it has stay', async () => {
  const desk = await openDesk();
  const keys = () => desk.t.run((ctx) => ctx.db.query('readKeys').collect());
  await desk.t.run(async (ctx) => {
    for await (const { _id } of ctx.db.query('readKeys')) await ctx.db.delete(_id);
  });
  expect(await readKeyOf(desk.ana.as, desk.teamId)).toBe('');
  await migrate(desk, 'readKeys');
  const made = await keys();
  expect(made.map(({ role }) => role)).toEqual(['operator', 'manager', 'owner']);
  expect(await readKeyOf(desk.ana.as, desk.teamId)).toBe(made[0]!.key);
  await migrate(desk, 'readKeys');
  expect(await keys()).toEqual(made);
});

test('[E5] [A6] a ticket of version 1 stands where it belongs, and is routed; again changes nothing', async () => {
  const desk = await openDesk();
  const { t, teamId } = desk;
  await desk.customerWrites('hello');
  await desk.handsOver();
  const places = () => t.run((ctx) => ctx.db.query('ticketPlaces').collect());
  const bare = (all: Doc<'ticketPlaces'>[]) => all.map(({ _id, _creationTime, ...place }) => place);
  const before = await places();
  await t.run(async (ctx) => {
    await ctx.db.delete(before[0]!._id);
    await ctx.db.patch(teamId, { assignmentMode: 'balanced' });
  });
  await migrate(desk, 'places');
  const after = await places();
  expect(bare(after)).toEqual(bare(before));
  expect(await t.run((ctx) => ctx.db.query('routing').collect())).toMatchObject([{ teamId }]);
  await migrate(desk, 'places');
  expect(await places()).toEqual(after);
});

test('[E3] a row of version 1 keeps what it shows, and who holds is named', async () => {
  const desk = await openDesk();
  const { t, ana, ben, conversationId } = desk;
  await desk.customerWrites('hello');
  await desk.takesOver(ana);
  const row = async () => (await t.run((ctx) => ctx.db.query('ticketRows').first()))!;
  const now = await row();
  const former = { bucket: 'active' as const, assignee: ben.memberId, agentName: 'Robin', lastMessageAt: 1 };
  const unknown = { agentId: undefined, assigneeId: undefined, waits: undefined, customerAt: undefined };
  // Ben held when the row was written; the desk of now has passed it on without naming him.
  const before = {
    conversationId,
    operatorId: ben.memberId,
    operatorName: undefined,
    sortAt: 1,
    ...former,
    ...unknown,
  };
  await t.run((ctx) => ctx.db.patch(now._id, before));
  await migrate(desk, 'rows');
  expect(await row()).toEqual(now);
});

test('[E3] the customer’s last words of version 1 stand in the head, and in the row of who waits', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Where is it?');
  await desk.handsOver();
  await desk.agentAnswers('I look for it.');
  const now = (await desk.t.run((ctx) => ctx.db.query('ticketRows').first()))!;
  const { _id } = await desk.read();
  await desk.t.run((ctx) => ctx.db.patch(_id, { customerPreview: undefined }));
  await desk.t.run((ctx) =>
    ctx.db.patch(now._id, { agentId: undefined, preview: 'I look for it.', previewAuthor: 'agent' }),
  );
  await migrate(desk, 'customerWords');
  await migrate(desk, 'rows');
  expect((await desk.read()).customerPreview).toBe('Where is it?');
  expect(await desk.t.run((ctx) => ctx.db.query('ticketRows').first())).toEqual(now);
});
