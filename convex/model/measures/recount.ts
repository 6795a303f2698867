/**
 * Counting anew (docs/rules.md B2). What a thread tells is read off it again, by the steps that measured it; where that differs
 * from the facts there are, they are put right.
 *
 * A team is counted anew, conversation after conversation, into counters of the next generation, while those of now go on to
 * count and to be shown. Each conversation says which generation holds it (`measured.generation`), and so does every fact: one that
 * comes before its conversation's turn belongs to the counters of now alone, for the recount will find it in the thread; one that
 * comes after it belongs to both. At the end the next generation takes over.
 */
import { internal } from '../../_generated/api';
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { type Fact, type Measured, settlesAt, vMeasured } from '../../shared/measures/facts';
import { causeOf, measureEntry, type MeasuredEntry, settle } from '../../shared/measures/measuring';
import { vPriority } from '../../shared/tickets/tickets';
import { type CaseCtx, openCaseOf } from '../conversation/case';
import { addToCounters, clearCounters, type Generation } from './counterRows';
import { type FactRow, insertFacts, isPassing, isSafety, takeBack } from './factRows';
import { askForFolding, changeTeamRow, ensureTeamRow, teamRow } from './folding';

/** Entries of one transaction: each makes at most four facts. */
const pageSize = 200;
/** Facts of one page: what was refused in between may be far more than what was said. */
const mostFacts = 60 * pageSize;
/** So many cost no more than an entry. */
const factsOfEntry = 10;
/** Conversations of one transaction, each with its case. */
const mostAtOnce = 20;
const clearedAtOnce = 500;

const vTicketFacts = v.object({
  ticketId: v.id('tickets'),
  number: v.number(),
  priority: vPriority,
  cause: v.string(),
});

/** How far into a long thread it has come. */
export const vThreadPlace = v.object({
  conversationId: v.id('conversations'),
  after: v.number(),
  measured: vMeasured,
  tickets: v.array(vTicketFacts),
});
type ThreadPlace = Infer<typeof vThreadPlace>;

/** How far through a team: agents and each one's conversations in the order in which they were made. */
export const vTeamPlace = v.object({
  agent: v.optional(v.object({ madeAt: v.number(), id: v.id('agents') })),
  conversationsAfter: v.number(),
  thread: v.optional(vThreadPlace),
});
type TeamPlace = Infer<typeof vTeamPlace>;

/** From now on all is counted anew, by days of this zone; what was under way for another is left. */
export async function beginRecount(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  timeZone: string | undefined,
): Promise<void> {
  const row = await ensureTeamRow(ctx, teamId);
  const generation = Math.max(row.generation, row.recount?.generation ?? 0) + 1;
  await changeTeamRow(ctx, row, { recount: { generation, timeZone: timeZone ?? row.timeZone } });
  await ctx.scheduler.runAfter(0, internal.jobs.measures.recount, {
    teamId,
    generation,
    place: { conversationsAfter: 0 },
  });
}

/** Days are of the calendar's zone. */
export async function followZone(ctx: MutationCtx, teamId: Id<'teams'>, timeZone: string): Promise<void> {
  const row = await teamRow(ctx, teamId);
  if (row === null || (row.recount?.timeZone ?? row.timeZone) === timeZone) return;
  await beginRecount(ctx, teamId, timeZone);
}

/** The job: a few conversations, or a part of a long one; then itself again. */
export async function recountTeam(
  ctx: CaseCtx,
  { teamId, generation, place }: { teamId: Id<'teams'>; generation: number; place: TeamPlace },
): Promise<void> {
  const row = await ensureTeamRow(ctx, teamId);
  const { recount } = row;
  if (recount?.generation !== generation) return;
  const goOn = (next: TeamPlace) =>
    ctx.scheduler.runAfter(0, internal.jobs.measures.recount, { teamId, generation, place: next });
  let { agent, conversationsAfter, thread } = place;
  agent ??= await nextAgent(ctx, teamId, 0);
  let entriesLeft = pageSize;
  for (let looked = 0; agent !== undefined; looked++) {
    if (looked === mostAtOnce || entriesLeft <= 0) return void (await goOn({ agent, conversationsAfter }));
    const conversation =
      thread === undefined
        ? await nextConversation(ctx, agent.id, conversationsAfter)
        : await ctx.db.get(thread.conversationId);
    if (conversation === null) {
      agent = await nextAgent(ctx, teamId, agent.madeAt);
      conversationsAfter = 0;
      continue;
    }
    const into = { into: recount, generation: row.generation };
    const done = await recountThread(ctx, conversation, thread, into);
    if (done.rest !== undefined) return void (await goOn({ agent, conversationsAfter, thread: done.rest }));
    thread = undefined;
    entriesLeft -= done.entries;
    conversationsAfter = conversation._creationTime;
  }
  const { timeZone } = recount;
  await changeTeamRow(ctx, row, { generation, timeZone, recount: undefined });
  await ctx.scheduler.runAfter(0, internal.jobs.measures.clear, { teamId, before: generation });
}

async function nextAgent(ctx: QueryDb, teamId: Id<'teams'>, after: number): Promise<TeamPlace['agent']> {
  const next = await ctx.db
    .query('agents')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId).gt('_creationTime', after))
    .first();
  return next === null ? undefined : { madeAt: next._creationTime, id: next._id };
}
type QueryDb = Pick<QueryCtx, 'db'>;

function nextConversation(ctx: QueryDb, agentId: Id<'agents'>, after: number) {
  return ctx.db
    .query('conversations')
    .withIndex('by_agentId', (q) => q.eq('agentId', agentId).gt('_creationTime', after))
    .first();
}

/** One conversation, after something in it has turned out not to have happened. */
export async function measureAgain(
  ctx: CaseCtx,
  conversationId: Id<'conversations'>,
  place?: ThreadPlace,
): Promise<void> {
  const conversation = (await ctx.db.get(conversationId))!;
  const { head } = await openCaseOf(ctx, conversationId);
  const { rest } = await recountThread(ctx, conversation, place, {
    generation: head.measured?.generation ?? 0,
  });
  if (rest !== undefined) {
    await ctx.scheduler.runAfter(0, internal.jobs.measures.again, { conversationId, place: rest });
  }
}

interface Counting {
  /** The counters that shall hold it; absent: those that do already. */
  into?: Generation;
  /** Those that a correction is for. */
  generation: number;
}

/** `rest`: where the next transaction goes on. */
async function recountThread(
  ctx: CaseCtx,
  { _id: conversationId, teamId, agentId, channel }: Doc<'conversations'>,
  place: ThreadPlace | undefined,
  { into, generation }: Counting,
): Promise<{ entries: number; rest?: ThreadPlace }> {
  const opened = await openCaseOf(ctx, conversationId);
  const reached = into?.generation ?? opened.head.measured?.generation ?? 0;
  const isCounted = into !== undefined && (opened.head.measured?.generation ?? -1) >= reached;
  if (isCounted || (opened.head.lastSequence === 0 && opened.head.measured === undefined))
    return { entries: 0 };
  const after = place?.after ?? 0;
  const entries = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).gt('sequence', after),
    )
    .take(pageSize);
  const walked = walk(entries, channel, place?.measured ?? { generation: reached }, place?.tickets ?? []);
  const through = entries.at(-1)?.sequence ?? after;
  const isLast = through >= opened.head.lastSequence;
  if (isLast) {
    const settled = settle(walked.measured, Date.now());
    walked.measured = settled.measured;
    walked.facts.push(...settled.facts);
  }
  // What was refused before anything was said stands before the first entry.
  const known = await factsBetween(ctx, conversationId, place?.after ?? -1, isLast ? Infinity : through);
  await putRight(ctx, { teamId, conversationId, agentId, generation }, known, walked.facts);
  if (into !== undefined) {
    const others = known.filter((fact) => isSafety(fact) && fact.count > 0);
    const all = [...walked.facts.map((fact) => ({ ...fact, agentId })), ...others];
    await addToCounters(ctx, teamId, into, all);
  }
  if (!isLast) {
    const { measured, tickets } = walked;
    return { entries: entries.length, rest: { conversationId, after: through, measured, tickets } };
  }
  const measured = { ...walked.measured, generation: reached };
  opened.head = { ...opened.head, measured, settlesAt: settlesAt(measured) };
  return { entries: Math.max(entries.length, known.length / factsOfEntry) };
}

function walk(
  entries: readonly MeasuredEntry[],
  startedOn: Fact['channel'],
  before: Measured,
  known: ThreadPlace['tickets'],
) {
  let measured = before;
  const facts: Fact[] = [];
  const tickets = new Map(known.map((ticket) => [ticket.ticketId, ticket]));
  for (const entry of entries) {
    const step = measureEntry(measured, entry, startedOn, (id) => tickets.get(id));
    measured = step.measured;
    facts.push(...step.facts);
    const { event, ticketId } = entry;
    if (ticketId === undefined) continue;
    if (event?.type === 'ticketOpened') {
      const { number, priority, reason, rule } = event;
      tickets.set(ticketId, { ticketId, number, priority, cause: causeOf(reason, rule) });
    } else if (event?.type === 'priorityChanged' && tickets.has(ticketId)) {
      tickets.set(ticketId, { ...tickets.get(ticketId)!, priority: event.to });
    }
  }
  return { measured, facts, tickets: [...tickets.values()] };
}

/** Entries that a page of the thread may have made; all that came later stands behind them. */
function factsBetween(
  ctx: QueryDb,
  conversationId: Id<'conversations'>,
  after: number,
  through: number,
): Promise<FactRow[]> {
  return ctx.db
    .query('measureFacts')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).gt('sequence', after).lte('sequence', through),
    )
    .take(mostFacts);
}

/** What the thread tells is there once, and nothing else that it should tell. */
async function putRight(
  ctx: MutationCtx,
  whose: Pick<FactRow, 'teamId' | 'conversationId' | 'agentId' | 'generation'>,
  known: readonly FactRow[],
  told: readonly Fact[],
): Promise<void> {
  const missing = new Map<string, Fact[]>();
  for (const fact of told) {
    if (isPassing(fact)) continue;
    missing.set(keyOf(fact), [...(missing.get(keyOf(fact)) ?? []), fact]);
  }
  let hasChanged = false;
  for (const row of known) {
    if (isPassing(row) || isSafety(row) || row.count < 0) continue;
    if (missing.get(keyOf(row))?.pop() !== undefined) continue;
    await takeBack(ctx, row, whose.generation);
    hasChanged = true;
  }
  const facts = [...missing.values()].flat();
  await insertFacts(ctx, whose, facts);
  if (hasChanged || facts.length > 0) await askForFolding(ctx, await ensureTeamRow(ctx, whose.teamId));
}

function keyOf(fact: Fact) {
  const { kind, at, sequence, channel, priority, memberId, cause, opens, score, number, ms, waitMs } = fact;
  const parts = [kind, at, sequence, channel, priority, memberId, cause, opens, score, number, ms, waitMs];
  return JSON.stringify(parts);
}

/** The job: counters of before, a batch at a time. */
export async function clearGenerations(ctx: MutationCtx, teamId: Id<'teams'>, before: number): Promise<void> {
  const gone = await clearCounters(ctx, teamId, before, clearedAtOnce);
  if (gone === clearedAtOnce) {
    await ctx.scheduler.runAfter(0, internal.jobs.measures.clear, { teamId, before });
  }
}
