import { expect, test, vi } from 'vitest';
import { internal } from '../../_generated/api';
import type { Doc } from '../../_generated/dataModel';
import { openDesk } from '../../desk.setup';
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
