/**
 * The agent's turn, and the answer it owes (docs/rules.md C4, C8, H6). The only writer of `agentRuns` and
 * `answerDeadlines`.
 *
 *   customer writes ─▶ waiting ─▶ running ─▶ done           at most one live (waiting, running) row a conversation;
 *                         ▲  │       │                      a burst of messages joins the one that waits
 *              superseded └──┼───────┤
 *                            └───────┴─▶ stopped            takeover, or nobody answered in time
 *
 * Built-in agents are scheduled here, once per turn. Outside agents come by themselves; their row only counts how often
 * they were superseded, so that a steady typist cannot starve them. Finished rows go when the next turn begins.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { getControl } from './control';
import { getHead } from '../conversation/entries';
import { setTyping } from '../conversation/typing';

type Reader = Pick<QueryCtx, 'db'>;
type State = Doc<'agentRuns'>['state'];

/** More customer messages than anybody writes within one deadline. */
const maxDeadlines = 500;

function runsIn(ctx: Reader, conversationId: Id<'conversations'>, state: State) {
  return ctx.db
    .query('agentRuns')
    .withIndex('by_conversationId_and_state', (q) =>
      q.eq('conversationId', conversationId).eq('state', state),
    );
}

export async function liveRun(
  ctx: Reader,
  conversationId: Id<'conversations'>,
): Promise<Doc<'agentRuns'> | null> {
  return (
    (await runsIn(ctx, conversationId, 'running').first()) ??
    (await runsIn(ctx, conversationId, 'waiting').first())
  );
}

/** Starts a turn unless one is under way: an answer of the running one will be superseded and it runs again. */
export async function requestAgentRun(ctx: MutationCtx, conversation: Doc<'conversations'>): Promise<void> {
  if ((await liveRun(ctx, conversation._id)) === null) await startTurn(ctx, conversation);
}

async function startTurn(
  ctx: MutationCtx,
  { _id: conversationId, teamId, agentId }: Doc<'conversations'>,
  superseded: Pick<Doc<'agentRuns'>, 'refusals' | 'firstRefusedAt'> = { refusals: 0 },
): Promise<void> {
  for (const state of ['done', 'stopped'] as const) {
    for (const old of await runsIn(ctx, conversationId, state).take(10)) await ctx.db.delete(old._id);
  }
  const { epoch } = await getControl(ctx, conversationId);
  const turn = { conversationId, teamId, agentId, epoch, ...superseded };
  const runId = await ctx.db.insert('agentRuns', { ...turn, state: 'waiting', startedAt: Date.now() });
  await scheduleRun(ctx, turn, runId);
}

async function scheduleRun(
  ctx: MutationCtx,
  { conversationId, agentId }: Pick<Doc<'agentRuns'>, 'conversationId' | 'agentId'>,
  runId: Id<'agentRuns'>,
): Promise<void> {
  const agent = await ctx.db.get(agentId);
  if (agent === null || !agent.active || agent.kind !== 'knowledge') return;
  await ctx.scheduler.runAfter(0, internal.agents.knowledge.run, { conversationId, runId });
}

/** What a run may answer with, or null if it was told to stop before it began. */
export async function beginAgentRun(
  ctx: MutationCtx,
  runId: Id<'agentRuns'>,
): Promise<{ conversation: Doc<'conversations'>; epoch: number; seenThrough: number } | null> {
  const run = await ctx.db.get(runId);
  if (run === null || run.state !== 'waiting') return null;
  const control = await getControl(ctx, run.conversationId);
  if (control.holder !== 'agent' || control.epoch !== run.epoch) return null;
  await ctx.db.patch(runId, { state: 'running' });
  const head = await getHead(ctx, run.conversationId);
  const conversation = (await ctx.db.get(run.conversationId))!;
  return { conversation, epoch: control.epoch, seenThrough: head.lastSequence };
}

/** For a run that ended without an answer: an answer ends its turn by itself. */
export async function endAgentRun(ctx: MutationCtx, runId: Id<'agentRuns'>): Promise<void> {
  const run = await ctx.db.get(runId);
  if (run?.state === 'running') await ctx.db.patch(runId, { state: 'done' });
}

/** [C8] The answer was refused because the thread had moved: the agent runs again, and the refusal counts. */
export async function noteSuperseded(ctx: MutationCtx, conversation: Doc<'conversations'>): Promise<void> {
  const run = await liveRun(ctx, conversation._id);
  const firstRefusedAt = run?.firstRefusedAt ?? Date.now();
  if (run === null) return startTurn(ctx, conversation, { refusals: 1, firstRefusedAt });
  await ctx.db.patch(run._id, { refusals: run.refusals + 1, firstRefusedAt, state: 'waiting' });
  if (run.state === 'running') await scheduleRun(ctx, run, run._id);
}

/** [H6, C8] The answer stands for what it had read; `more` was said since and gets a turn of its own. */
export async function noteAnswered(
  ctx: MutationCtx,
  conversation: Doc<'conversations'>,
  seenThrough: number,
  more: boolean,
): Promise<void> {
  await dropDeadlines(ctx, conversation._id, seenThrough);
  const run = await liveRun(ctx, conversation._id);
  if (run !== null) await ctx.db.patch(run._id, { state: 'done' });
  if (more) await startTurn(ctx, conversation);
}

/** [H6] A customer message the agent should answer: its deadline and a turn, in the same transaction. */
export async function oweAnswer(
  ctx: MutationCtx,
  conversation: Doc<'conversations'>,
  sequence: number,
): Promise<void> {
  const { _id: conversationId, teamId } = conversation;
  const team = (await ctx.db.get(teamId))!;
  const dueAt = Date.now() + team.answerDeadlineMs;
  const scheduledId = await ctx.scheduler.runAt(dueAt, internal.jobs.agentRuns.answerOverdue, {
    conversationId,
    sequence,
  });
  await ctx.db.insert('answerDeadlines', { conversationId, teamId, sequence, dueAt, scheduledId });
  await requestAgentRun(ctx, conversation);
}

/** [C4] The agent is told to stop, shows no typing and owes nothing any more. */
export async function stopAgentRuns(ctx: MutationCtx, conversationId: Id<'conversations'>): Promise<void> {
  const run = await liveRun(ctx, conversationId);
  if (run !== null) await ctx.db.patch(run._id, { state: 'stopped' });
  await setTyping(ctx, conversationId, { who: 'agent' }, false);
  await dropDeadlines(ctx, conversationId, Number.MAX_SAFE_INTEGER);
}

async function dropDeadlines(
  ctx: MutationCtx,
  conversationId: Id<'conversations'>,
  through: number,
): Promise<void> {
  const due = await ctx.db
    .query('answerDeadlines')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).lte('sequence', through),
    )
    .take(maxDeadlines);
  for (const deadline of due) {
    await ctx.scheduler.cancel(deadline.scheduledId);
    await ctx.db.delete(deadline._id);
  }
}

/** [H6] True if the message still waits for the agent at its deadline. The turn and its other deadlines end with it. */
export async function isOverdue(
  ctx: MutationCtx,
  conversationId: Id<'conversations'>,
  sequence: number,
): Promise<boolean> {
  const deadline = await ctx.db
    .query('answerDeadlines')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).eq('sequence', sequence),
    )
    .unique();
  const head = await getHead(ctx, conversationId);
  const control = await getControl(ctx, conversationId);
  if (deadline === null || control.holder !== 'agent' || head.answeredThrough >= sequence) return false;
  // The job that asks is this deadline's own: it must not cancel itself.
  await ctx.db.delete(deadline._id);
  await stopAgentRuns(ctx, conversationId);
  return true;
}
