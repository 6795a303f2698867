/**
 * Stored reasons of automatic assignment (docs/rules.md A5): written by the pass, answered from by "Why me?". The only writer of
 * `routingPasses` and `assignmentDecisions`.
 *
 * What a pass knew is stored once, as it was when it began, with what it then gave to whom. A decision names its pass and its
 * place in it, and is made again from there (shared/routing/routing.ts).
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { formerPass, hasSameReasons, recallDecision, type Recalled } from '../../shared/routing/decisions';
import { passedOverAt } from '../../shared/routing/pickUp';
import { formerDecisionFields } from '../../tables/former';

type Reader = Pick<QueryCtx, 'db'>;
type Stored = Doc<'assignmentDecisions'>;
type Pass = Omit<Doc<'routingPasses'>, '_id' | '_creationTime'>;

/** A pass and its record, written with the first decision that needs it: one that finds out nothing new leaves none. */
export interface PassRecord {
  readonly pass: Pass;
  id?: Id<'routingPasses'>;
}

export function latestDecision(ctx: Reader, ticketId: Id<'tickets'>): Promise<Stored | null> {
  return ctx.db
    .query('assignmentDecisions')
    .withIndex('by_ticketId_and_at', (q) => q.eq('ticketId', ticketId))
    .order('desc')
    .first();
}

/** A decision as it was made. */
export async function recall(ctx: Reader, decision: Stored): Promise<Recalled> {
  return recallDecision(decision.passId === undefined ? null : await ctx.db.get(decision.passId), decision);
}

/** [A5] A decision of before becomes the first of a pass of its own. */
export async function bringOver(ctx: MutationCtx, decision: Stored): Promise<void> {
  const { teamId, at, passId: known } = decision;
  if (known !== undefined) return;
  const passId = await ctx.db.insert('routingPasses', { teamId, at, ...formerPass(decision) });
  await ctx.db.patch(decision._id, { passId, place: 0, ...noFormerFields });
}

const noFormerFields = Object.fromEntries(
  Object.keys(formerDecisionFields).map((name) => [name, undefined]),
) as { [Name in keyof typeof formerDecisionFields]: undefined };

/** Writes the decision that found somebody for the ticket at this place of the pass. */
export async function storeDecision(
  ctx: MutationCtx,
  record: PassRecord,
  ticket: Doc<'tickets'>,
  place: number,
): Promise<Id<'assignmentDecisions'>> {
  return ctx.db.insert('assignmentDecisions', await decisionOf(ctx, record, ticket, place));
}

async function decisionOf(ctx: MutationCtx, record: PassRecord, ticket: Doc<'tickets'>, place: number) {
  const { teamId, at } = record.pass;
  const { _id: ticketId, priority } = ticket;
  const passedOver = passedOverAt(ticket, at);
  record.id ??= await ctx.db.insert('routingPasses', record.pass);
  const skipped = passedOver.length === 0 ? {} : { passedOver };
  return { teamId, ticketId, at, urgent: priority === 'urgent', passId: record.id, place, ...skipped };
}

/**
 * Writes that nobody could be found for these tickets, once per set of reasons: a ticket that waits through many passes keeps
 * one row that says why, refreshed when the reasons change.
 */
export async function storeNobody(
  ctx: MutationCtx,
  record: PassRecord,
  tickets: Doc<'tickets'>[],
): Promise<void> {
  const place = record.pass.given.length;
  const earlier = new Map<Id<'routingPasses'> | undefined, Doc<'routingPasses'> | null>();
  const left = new Set<Id<'routingPasses'>>();
  for (const ticket of tickets) {
    const latest = await latestDecision(ctx, ticket._id);
    const { passId } = latest ?? {};
    if (passId !== undefined && !earlier.has(passId)) earlier.set(passId, await ctx.db.get(passId));
    const said = latest && recallDecision(earlier.get(passId) ?? null, latest);
    if (said === null || said.winnerId !== undefined) {
      await ctx.db.insert('assignmentDecisions', await decisionOf(ctx, record, ticket, place));
      continue;
    }
    const asked = { urgent: ticket.priority === 'urgent', passedOver: passedOverAt(ticket, record.pass.at) };
    const now = recallDecision(record.pass, { place, ...asked });
    if (hasSameReasons(said, now)) continue;
    const change = { passedOver: undefined, ...(await decisionOf(ctx, record, ticket, place)) };
    await ctx.db.patch(latest!._id, { ...change, ...noFormerFields });
    if (passId !== undefined) left.add(passId);
  }
  for (const passId of left) await forgetUnnamed(ctx, passId);
}

async function forgetUnnamed(ctx: MutationCtx, passId: Id<'routingPasses'>): Promise<void> {
  const named = await ctx.db
    .query('assignmentDecisions')
    .withIndex('by_passId', (q) => q.eq('passId', passId))
    .first();
  if (named === null) await ctx.db.delete(passId);
}
