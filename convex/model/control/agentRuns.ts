/**
 * The agent's turn, and the answer it owes (docs/rules.md C4, C8, H6).
 *
 *   customer writes ─▶ waiting ─▶ running ─▶ done           one row a conversation, numbered by turn;
 *                         ▲  │       │                      a burst of messages joins the turn that waits
 *              superseded └──┼───────┤
 *                            └───────┴─▶ stopped            takeover, or nobody answered in time
 *
 *   state      waiting: nobody of ours thinks; running: a built-in agent does
 *
 * Built-in agents are asked to think here: an action, which runs at most once, so one that has said nothing for a while is
 * asked again, under the same number: whichever comes back first ends the turn. Outside agents come by themselves; their
 * row only counts how often they were superseded, so that a steady typist cannot starve them.
 *
 * Each customer message is owed an answer by an instant of its own, stored with it; the head carries the earliest that is
 * still owed. One job per conversation waits for it, or for a thought that may have got lost, whichever is earlier. One that
 * comes too early, because that message has been answered since, is set again for what is owed now (`armAnswerAlarm`, called
 * by the settling, so no path can forget it). A job that failed or got lost is not waited for again, and a sweep looks for
 * what it should have done.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { defaultThinkMs } from '../../shared/agents/agents';
import { agentOf, type Case, type CaseCtx, teamOf } from '../conversation/case';
import { newestRun } from '../conversation/runs';
import { lostAfterMs } from '../kit/alarms';
import { canAnswer } from '../routing/availability';
import { typingMs } from '../conversation/typing';

/** After its typing time a built-in agent has said something within this, or is asked again. */
const lostThoughtMs = 15_000;
/** [B5] So soon an outside agent's conversation is looked at, with what of a burst has come by then. */
const lookAfterMs = 2_000;

/** The live turn, or null between turns. */
export async function liveRun(ctx: CaseCtx, opened: Case): Promise<Doc<'agentRuns'> | null> {
  const run = await runOf(ctx, opened);
  return run !== null && (run.state === 'waiting' || run.state === 'running') ? run : null;
}

async function runOf(ctx: CaseCtx, opened: Case): Promise<Doc<'agentRuns'> | null> {
  if (opened.run === undefined) {
    opened.storedRun = await newestRun(ctx, opened.conversation._id);
    opened.run = opened.storedRun;
  }
  return opened.run;
}

function changeRun(opened: Case, change: Partial<Doc<'agentRuns'>>): void {
  opened.run = { ...opened.run!, ...change };
}

/** Starts a turn unless one is under way: an answer of the running one will be superseded and it runs again. */
async function requestAgentRun(ctx: CaseCtx, opened: Case): Promise<void> {
  if (isLookedAt(opened)) return;
  if ((await liveRun(ctx, opened)) === null) await startTurn(ctx, opened);
  else if (opened.agent?.kind === 'external') await askToLook(ctx, opened);
}

async function startTurn(
  ctx: CaseCtx,
  opened: Case,
  superseded: Pick<Doc<'agentRuns'>, 'refusals'> & { firstRefusedAt?: number } = { refusals: 0 },
): Promise<void> {
  const { _id: conversationId, teamId, agentId } = opened.conversation;
  const agent = await agentOf(ctx, opened);
  const before = await runOf(ctx, opened);
  const turn = {
    conversationId,
    teamId,
    agentId,
    number: (before?.number ?? 0) + 1,
    epoch: opened.control.epoch,
    thinkMs: agent?.thinkMs ?? defaultThinkMs,
    refusals: superseded.refusals,
    firstRefusedAt: superseded.firstRefusedAt,
    state: 'waiting' as const,
    startedAt: Date.now(),
  };
  if (before !== null) changeRun(opened, turn);
  else {
    const run = { ...turn, _id: await ctx.db.insert('agentRuns', turn), _creationTime: turn.startedAt };
    opened.storedRun = run;
    opened.run = run;
  }
  await askToThink(ctx, opened, turn.thinkMs);
}

/** A built-in agent reads what stands there now, types, and answers exactly that. One that is switched off does nothing. */
async function askToThink(ctx: CaseCtx, opened: Case, thinkMs: number): Promise<void> {
  const agent = await agentOf(ctx, opened);
  if (agent?.kind === 'external') return askToLook(ctx, opened);
  if (agent?.kind !== 'knowledge') return;
  const { conversationId, number = 0, epoch } = opened.run!;
  const startedAt = Date.now();
  changeRun(opened, { startedAt });
  if (!agent.active) return;
  changeRun(opened, { state: 'running', typesUntil: startedAt + thinkMs + typingMs });
  const thought = { conversationId, number, epoch, seenThrough: opened.head.lastSequence };
  await ctx.scheduler.runAfter(thinkMs, internal.agents.knowledge.think, thought);
}

/** [B5] A built-in agent judges the heat as it thinks; for one outside somebody looks, once for a burst. */
async function askToLook(ctx: CaseCtx, opened: Case): Promise<void> {
  const { conversationId, lookAt = 0 } = opened.head;
  const now = Date.now();
  if (lookAt > now) return;
  opened.head = { ...opened.head, lookAt: now + lookAfterMs };
  await ctx.scheduler.runAfter(lookAfterMs, internal.agents.heat.look, { conversationId });
}

/** An outside agent's turn that is under way and is looked at soon: a further message asks for nothing, and its row is not read. */
function isLookedAt({ agent, stored, head: { lookAt = 0 } }: Case): boolean {
  return agent?.kind === 'external' && stored.head.answerDueAt !== undefined && lookAt > Date.now();
}

/** Whoever is still owed an answer in a turn that has begun is thought about anew, without typing: they have waited. */
export async function thinkAnew(ctx: CaseCtx, opened: Case): Promise<void> {
  const isOwed = opened.head.answerDueAt !== undefined;
  if (isOwed && (await liveRun(ctx, opened)) !== null) await askToThink(ctx, opened, 0);
}

/** An action may die, and an agent may be switched off and on again. */
export async function thinkAgainIfLost(ctx: CaseCtx, opened: Case): Promise<void> {
  await agentOf(ctx, opened);
  await liveRun(ctx, opened);
  if (lostAt(opened) <= Date.now()) await thinkAnew(ctx, opened);
}

/** When a thought of the turn counts as lost; never where nobody of ours thinks, as far as this transaction has looked. */
function lostAt({ run, agent }: Case): number {
  const isLive = run?.state === 'waiting' || run?.state === 'running';
  if (!isLive || agent?.kind !== 'knowledge') return Infinity;
  return run.startedAt + (run.thinkMs ?? defaultThinkMs) + lostThoughtMs;
}

/** [C8] The answer was refused because the thread had moved: the agent runs again, and the refusal counts. */
export async function noteSuperseded(ctx: CaseCtx, opened: Case): Promise<void> {
  const { refusals = 0, firstRefusedAt = Date.now() } = (await liveRun(ctx, opened)) ?? {};
  await startTurn(ctx, opened, { refusals: refusals + 1, firstRefusedAt });
}

/** [H6, C8] The turn is over; `owed` was said past what it had read, and gets a turn of its own. */
export async function noteAnswered(ctx: CaseCtx, opened: Case, owed: boolean): Promise<void> {
  if ((await liveRun(ctx, opened)) !== null) changeRun(opened, { state: 'done' });
  if (owed) await startTurn(ctx, opened);
}

/** [H4, H6] A handover without a word of its own settles what the agent owed so far. */
export async function noteHandedOver(ctx: CaseCtx, opened: Case): Promise<void> {
  oweNothing(opened);
  await noteAnswered(ctx, opened, false);
}

/** The customer has ended the chat: the agent says nothing more of what was written so far. */
export async function rest(ctx: CaseCtx, opened: Case): Promise<void> {
  oweNothing(opened);
  await endTurn(ctx, opened);
}

/** What was written so far is nobody's debt any more, also when a later answer leaves it out. */
function oweNothing(opened: Case): void {
  opened.head = { ...opened.head, answerDueAt: undefined, owedAfter: opened.head.lastSequence };
}

/** [C8, H6] By when the earliest of these messages, said past what an answer had read, is owed one. */
export function earliestOwed(
  { head }: Case,
  messages: Pick<Doc<'entries'>, 'sequence' | 'answerDueAt'>[],
): number | undefined {
  const { owedAfter = 0, answerDueAt } = head;
  const owed = messages.filter(({ sequence }) => sequence > owedAfter);
  // Messages of before carry no instant of their own.
  const instants = owed.flatMap((message) => message.answerDueAt ?? answerDueAt ?? []);
  return instants.length === 0 ? undefined : Math.min(...instants);
}

/** [H6] The agent owes an answer from now on: an instant for it and a turn, in the same transaction. */
export async function oweAnswer(ctx: CaseCtx, opened: Case, dueAt: number): Promise<void> {
  opened.head = { ...opened.head, answerDueAt: Math.min(opened.head.answerDueAt ?? Infinity, dueAt) };
  await requestAgentRun(ctx, opened);
}

/** [H6] By when a message of now is owed its answer: at once, where it is known that the agent gives none. */
export async function answerDueAt(ctx: CaseCtx, opened: Case): Promise<number> {
  const willAnswer = opened.isAgentHere || (await canAnswer(ctx, await agentOf(ctx, opened)));
  if (!willAnswer) return Date.now();
  return Date.now() + (await teamOf(ctx, opened)).answerDeadlineMs;
}

/** [C4] The agent is told to stop and owes nothing any more. */
export async function stopAgentRuns(ctx: CaseCtx, opened: Case): Promise<void> {
  if ((await liveRun(ctx, opened)) !== null) changeRun(opened, { state: 'stopped' });
  oweNothing(opened);
}

/** What is owed is waited for: at most one job, and never one that comes too late. A lost one is not waited for. */
export async function armAnswerAlarm(ctx: CaseCtx, opened: Case): Promise<void> {
  const { conversationId, answerDueAt, answerAlarmAt: pendingAt } = opened.head;
  if (answerDueAt === undefined) return;
  const dueAt = Math.min(answerDueAt, lostAt(opened));
  if (pendingAt !== undefined && pendingAt <= dueAt && pendingAt > Date.now() - lostAfterMs) return;
  opened.head = { ...opened.head, answerAlarmAt: dueAt };
  await ctx.scheduler.runAt(dueAt, internal.jobs.agentRuns.answerOverdue, { conversationId, dueAt });
}

/** [H6] A job has come: true if somebody waits for the agent past their instant, or for one that gives no answer any more. */
export async function isOverdue(ctx: CaseCtx, opened: Case, alarmAt: number): Promise<boolean> {
  const { answerDueAt: dueAt, answerAlarmAt } = opened.head;
  if (answerAlarmAt === alarmAt) opened.head = { ...opened.head, answerAlarmAt: undefined };
  if (dueAt === undefined) return false;
  if (dueAt > Date.now() && (await canAnswer(ctx, await agentOf(ctx, opened)))) return false;
  await endTurn(ctx, opened);
  oweNothing(opened);
  return true;
}

/** The safety net under the alarms: calls for what should have been done a minute ago. Returns how many. */
export async function sweepOverdue(ctx: CaseCtx, count: number): Promise<number> {
  const overdue = await ctx.db
    .query('threadHeads')
    .withIndex('by_answerDueAt', (q) => q.gt('answerDueAt', 0).lt('answerDueAt', Date.now() - lostAfterMs))
    .take(count);
  for (const { conversationId, answerAlarmAt: dueAt = 0 } of overdue) {
    await ctx.scheduler.runAfter(0, internal.jobs.agentRuns.answerOverdue, { conversationId, dueAt });
  }
  return overdue.length;
}

/** Turns looked at in one transaction; the rest follows in the next. */
const dismissBatch = 100;

/** [H6] An agent was switched off or lost a key. If it gives no answer any more, whoever waits for it is looked after now. */
export async function dismissIfSilent(ctx: MutationCtx, agentId: Id<'agents'>): Promise<void> {
  if (await canAnswer(ctx, await ctx.db.get(agentId))) return;
  for (const state of ['waiting', 'running'] as const) {
    await ctx.scheduler.runAfter(0, internal.jobs.agentRuns.dismiss, { agentId, state, cursor: null });
  }
}

/** One page of its turns, each left to a job that looks again whether the agent answers; the next page is asked for. */
export async function dismissTurns(
  ctx: MutationCtx,
  { cursor, ...turns }: { agentId: Id<'agents'>; state: 'waiting' | 'running'; cursor: string | null },
): Promise<void> {
  const { page, isDone, continueCursor } = await ctx.db
    .query('agentRuns')
    .withIndex('by_agentId_and_state', (q) => q.eq('agentId', turns.agentId).eq('state', turns.state))
    .paginate({ cursor, numItems: dismissBatch });
  for (const { conversationId } of page) {
    await ctx.scheduler.runAfter(0, internal.jobs.agentRuns.answerOverdue, { conversationId, dueAt: 0 });
  }
  if (isDone) return;
  await ctx.scheduler.runAfter(0, internal.jobs.agentRuns.dismiss, { ...turns, cursor: continueCursor });
}

/** Nothing more is expected of this turn; an answer ends its turn by itself. */
export async function endTurn(ctx: CaseCtx, opened: Case): Promise<void> {
  const run = await runOf(ctx, opened);
  if (run !== null && run.state !== 'done') changeRun(opened, { state: 'done' });
}

/** Nobody of ours thinks any more, and the answer is still owed. */
export function pauseTurn(opened: Case): void {
  changeRun(opened, { state: 'waiting', typesUntil: undefined });
}

/** The turn a built-in agent comes back from, unless it is over; one that was stopped is not (C7). */
export async function turnUnderWay(
  ctx: CaseCtx,
  opened: Case,
  number: number,
): Promise<Doc<'agentRuns'> | null> {
  const run = await runOf(ctx, opened);
  return run?.number === number && run.state !== 'done' ? run : null;
}
