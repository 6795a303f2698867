/**
 * How much an operator carries (docs/rules.md A4) and whose turn it is: `memberLoads`, one row for each member of now. Written
 * only here.
 *
 * A load is a counter. A case that is settled tells what its tickets weighed for whom and what they weigh now, and the
 * transaction writes each member's row once, after all its cases are stored. It equals the sum over their tickets at every
 * commit. A member without a row, of before or brought in by an import, is counted by reading until their first move.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { loadMoves, maxMembersPerTeam, type TicketPlace, ticketWeight } from '../../shared/routing/routing';
import { isActive } from '../../shared/tickets/tickets';
import type { CarriedLoad, Case, CaseCtx } from '../conversation/case';

/** More assigned active tickets than any person works; beyond it a recount is a lower bound, far above any limit. */
const maxTickets = 500;

type Reader = Pick<QueryCtx, 'db'>;

/** A ticket as routing sees it, with who holds its conversation. */
export function placeOf(
  ticket: Doc<'tickets'>,
  { operatorId }: Pick<Doc<'controls'>, 'operatorId'>,
): TicketPlace {
  const live = operatorId !== undefined && operatorId === ticket.assigneeId;
  return { ...ticket, isActive: isActive(ticket.status), weight: ticketWeight({ ...ticket, live }) };
}

/** A duty of the settling: what the case's tickets have moved, noted until all cases are stored. */
export async function noteLoads(ctx: CaseCtx, { stored, control, tickets }: Case): Promise<void> {
  for (const { now, stored: before, isNew } of tickets.values()) {
    const was = isNew ? null : placeOf(before, stored.control);
    for (const [memberId, by] of loadMoves(was, placeOf(now, control))) {
      const noted = ctx.unsettled.loads.get(memberId);
      ctx.unsettled.loads.set(memberId, { ...noted, by: (noted?.by ?? 0) + by });
    }
  }
}

/** [A4] An automatic assignment: the team's counter as it then stood. `carried`: as this transaction has read it. */
export function noteTurn(ctx: CaseCtx, memberId: Id<'members'>, turn: number, carried: CarriedLoad): void {
  const noted = ctx.unsettled.loads.get(memberId);
  ctx.unsettled.loads.set(memberId, { by: noted?.by ?? 0, turn, carried });
}

/** The end of the settling: each row whose member's load or turn has moved is written once. */
export async function settleLoads(ctx: CaseCtx): Promise<void> {
  for (const [memberId, { by, turn, carried }] of ctx.unsettled.loads) {
    if (by === 0 && turn === undefined) continue;
    const row = carried?._id === undefined ? await rowOf(ctx, memberId) : carried;
    if (row === null) await ensureLoad(ctx, (await ctx.db.get(memberId))!, turn);
    else await ctx.db.patch(row._id!, { load: row.load + by, turn: turn ?? row.turn });
  }
}

/** The row of a member of now, counted once by reading; one that is there stays as it is. */
export async function ensureLoad(ctx: MutationCtx, member: Doc<'members'>, turn?: number): Promise<void> {
  const { _id: memberId, teamId, removedAt } = member;
  if (removedAt !== undefined || (await rowOf(ctx, memberId)) !== null) return;
  const counted = await recount(ctx, member);
  await ctx.db.insert('memberLoads', { teamId, memberId, ...counted, turn: turn ?? counted.turn });
}

/** Who is removed has no row: nothing is given to them any more. */
export async function forgetLoad(ctx: MutationCtx, memberId: Id<'members'>): Promise<void> {
  const row = await rowOf(ctx, memberId);
  if (row !== null) await ctx.db.delete(row._id);
}

/** What each of these members of the team carries: one range of rows. */
export async function loadsOf(
  ctx: Reader,
  teamId: Id<'teams'>,
  members: Doc<'members'>[],
): Promise<Map<Id<'members'>, CarriedLoad>> {
  const rows = await ctx.db
    .query('memberLoads')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .take(maxMembersPerTeam);
  const loads = new Map<Id<'members'>, CarriedLoad>(rows.map((row) => [row.memberId, row]));
  for (const member of members) if (!loads.has(member._id)) loads.set(member._id, await recount(ctx, member));
  return loads;
}

/** What one member carries: one row. */
export async function loadOf(ctx: Reader, member: Doc<'members'>): Promise<number> {
  return ((await rowOf(ctx, member._id)) ?? (await recount(ctx, member))).load;
}

function rowOf(ctx: Reader, memberId: Id<'members'>): Promise<Doc<'memberLoads'> | null> {
  return ctx.db
    .query('memberLoads')
    .withIndex('by_memberId', (q) => q.eq('memberId', memberId))
    .unique();
}

/** From the tickets themselves. */
async function recount(ctx: Reader, { _id: memberId, turn = 0 }: Doc<'members'>): Promise<CarriedLoad> {
  const controls = await ctx.db
    .query('controls')
    .withIndex('by_holder_and_operatorId', (q) => q.eq('holder', 'operator').eq('operatorId', memberId))
    .take(maxTickets);
  const held = new Set(controls.map((control) => control.conversationId));
  let load = 0;
  for (const status of ['new', 'open'] as const) {
    const tickets = await ctx.db
      .query('tickets')
      .withIndex('by_assigneeId_and_status', (q) => q.eq('assigneeId', memberId).eq('status', status))
      .take(maxTickets);
    for (const ticket of tickets) load += ticketWeight({ ...ticket, live: held.has(ticket.conversationId) });
  }
  return { load, turn };
}
