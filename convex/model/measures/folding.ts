/**
 * Adding new facts to the counters (docs/rules.md B2). One job a team does it, so no two want the same counter; who writes a fact
 * only asks for the job, once:
 *   1. a transaction that finds the job asked for adds its facts and nothing else;
 *   2. the job leaves off only in a transaction that finds no fact, so one that commits after its snapshot makes it run again.
 * While much happens it reads only what is older than a second, where nobody writes any more. The only writer of `measureTeams`.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { getCalendar } from '../kit/calendars';
import { addToCounters, type Generation } from './counterRows';
import { markCounted, type NewFact, readNewFacts } from './factRows';
import { refreshUsualWait } from './usualWaits';

type Reader = Pick<QueryCtx, 'db'>;
type TeamRow = Doc<'measureTeams'>;

const foldAfterMs = 10_000;
/** While more happens than one batch holds. */
const foldSoonMs = 100;
/** What a busy team writes at this moment is left alone. */
const settledMs = 1_000;
/** Each touches a few counters of its own and some that all share. */
const batch = 100;
/** So few are easily read again, together with what comes meanwhile. */
const few = 20;
/** A job runs within milliseconds of its instant; one this late was lost. */
const lostAfterMs = 60_000;

/** Days where nobody has said when the team is there. */
export const noZone = 'UTC';

export function teamRow(ctx: Reader, teamId: Id<'teams'>): Promise<TeamRow | null> {
  return ctx.db
    .query('measureTeams')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .unique();
}

export async function ensureTeamRow(ctx: MutationCtx, teamId: Id<'teams'>): Promise<TeamRow> {
  const row = await teamRow(ctx, teamId);
  if (row !== null) return row;
  const timeZone = (await getCalendar(ctx, teamId))?.timeZone ?? noZone;
  return (await ctx.db.get(await ctx.db.insert('measureTeams', { teamId, generation: 0, timeZone })))!;
}

export function changeTeamRow(ctx: MutationCtx, { _id }: TeamRow, change: Partial<TeamRow>): Promise<void> {
  return ctx.db.patch(_id, change);
}

/** In the transaction that wrote a fact. */
export async function askForFolding(ctx: MutationCtx, row: TeamRow, afterMs = foldAfterMs): Promise<void> {
  const now = Date.now();
  if (row.foldAt !== undefined && row.foldAt > now - lostAfterMs) return;
  await foldAt(ctx, row, now + afterMs);
}

async function foldAt(ctx: MutationCtx, row: TeamRow, at: number): Promise<void> {
  await changeTeamRow(ctx, row, { foldAt: at });
  await ctx.scheduler.runAt(at, internal.jobs.measures.fold, { teamId: row.teamId });
}

/** The job: one batch, and itself again while there may be more. */
export async function fold(ctx: MutationCtx, teamId: Id<'teams'>): Promise<void> {
  const row = await ensureTeamRow(ctx, teamId);
  const now = Date.now();
  const facts = await readNewFacts(ctx, teamId, now - settledMs, batch);
  await foldFacts(ctx, row, facts);
  if (facts.length === batch) return foldAt(ctx, row, now + foldSoonMs);
  const goesOn = facts.length > few || (await readNewFacts(ctx, teamId, Infinity, 1)).length > 0;
  if (goesOn) await foldAt(ctx, row, now + foldAfterMs);
  else await changeTeamRow(ctx, row, { foldAt: undefined });
}

/** Counters of a later generation than its conversation was counted for hold it already, or will. */
async function foldFacts(ctx: MutationCtx, row: TeamRow, facts: readonly NewFact[]): Promise<void> {
  for (const generation of generationsOf(row)) {
    const counting = facts.filter((fact) => fact.generation >= generation.generation);
    await addToCounters(ctx, row.teamId, generation, counting);
  }
  for (const fact of facts) await markCounted(ctx, fact);
  if (facts.some(({ kind }) => kind === 'firstReply')) await refreshUsualWait(ctx, row.teamId);
}

function generationsOf({ generation, timeZone, recount }: TeamRow): Generation[] {
  return [{ generation, timeZone }, ...(recount === undefined ? [] : [recount])];
}
