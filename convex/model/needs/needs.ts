/**
 * What each person has to see to: `needs`, one row a person, ticket and kind. Written only here: in the transaction that causes it, when
 * its case is settled, and where its person has seen to it.
 *
 * A row is one person's: who watches their own runs again with it and nobody else does (docs/rules.md E5).
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { type Handled, type NeedKind, type Raised, type Step, stepsOf } from '../../shared/needs/needs';
import type { Case, CaseCtx } from '../conversation/case';
import { noteMention } from './mentions';
import { watchNeed } from './needWatch';

type Need = Doc<'needs'>;

/** Far more than any ticket has. */
const maxOfTicket = 300;
/** Shown of one person's, newest first. */
const maxShown = 100;
/** Deleted in one transaction. */
const batch = 200;
const keptMs = 14 * 86_400_000;

/** [settle] What the case has said is news to some and settles what others had. */
export async function noteNeeds(ctx: CaseCtx, opened: Case): Promise<void> {
  const ofTickets = Map.groupBy(opened.added, ({ ticketId }) => ticketId ?? opened.ticket?._id);
  for (const [ticketId, said] of ofTickets) {
    const kept = ticketId && opened.tickets.get(ticketId);
    if (!kept) continue;
    const { operatorId } = opened.stored.control;
    const helpBy = kept.stored.help?.by;
    const steps = stepsOf({ ...(kept.isNew ? { status: 'new' } : kept.stored), operatorId, helpBy }, said);
    const { at } = said.at(-1)!;
    if (steps.length > 0) await take(ctx, kept.now, steps, at);
    for (const { memberId, kind } of steps.flatMap((step) => ('kind' in step ? step : [])))
      if (kind === 'mention') await noteMention(ctx, kept.now, memberId, at);
  }
}

/** Of one person and kind. */
interface Place {
  kept?: Need;
  /** As it is where absent; null: handled. */
  next?: Raised | null;
}

async function take(
  ctx: MutationCtx,
  ticket: Doc<'tickets'>,
  steps: readonly Step[],
  at: number,
): Promise<void> {
  const places = new Map<string, Place>();
  for (const kept of await needsAbout(ctx, ticket._id)) places.set(nameOf(kept), { kept });
  for (const step of steps) {
    if ('handled' in step) settleThose(places, step);
    else places.set(nameOf(step), { ...places.get(nameOf(step)), next: step });
  }
  for (const place of places.values()) await put(ctx, ticket, place, at);
}

const nameOf = ({ memberId, kind }: Pick<Need, 'memberId' | 'kind'>) => `${memberId} ${kind}`;

function settleThose(places: Map<string, Place>, { handled, memberId }: Handled): void {
  for (const place of places.values()) {
    const shown = place.next ?? place.kept;
    // Said and seen to in one transaction.
    if (shown === undefined) continue;
    const { kind, memberId: whose } = shown;
    if (handled.includes(kind) && (memberId === undefined || memberId === whose)) place.next = null;
  }
}

async function put(
  ctx: MutationCtx,
  ticket: Doc<'tickets'>,
  { kept, next }: Place,
  at: number,
): Promise<void> {
  if (next === undefined) return;
  if (next === null) return kept && ctx.db.delete(kept._id);
  const { kind, memberId, by: byMemberId } = next;
  const isUrgent = ticket.priority === 'urgent' || undefined;
  // The customer who writes on has waited since they began.
  if (kept !== undefined && !isWaiting(kind))
    await ctx.db.patch(kept._id, { at, byMemberId, isUrgent, mailedAt: undefined, pushedAt: undefined });
  if (kept !== undefined) return kept.mailedAt === undefined ? watchNeed(ctx, kept) : undefined;
  if (kind === 'taken' && (await ctx.db.get(memberId))?.removedAt !== undefined) return;
  const { _id: ticketId, teamId, number } = ticket;
  await ctx.db.insert('needs', { teamId, memberId, ticketId, number, kind, at, byMemberId, isUrgent });
  if (next.isThere !== true) await watchNeed(ctx, next);
}

/** One that no word of a thread makes. */
export async function raiseNeed(
  ctx: MutationCtx,
  ticket: Doc<'tickets'>,
  raised: Raised,
  at: number,
): Promise<void> {
  await take(ctx, ticket, [raised], at);
}

const isWaiting = (kind: NeedKind) => kind === 'replied' || kind === 'outside';

function needsAbout(ctx: MutationCtx, ticketId: Id<'tickets'>): Promise<Need[]> {
  return ctx.db
    .query('needs')
    .withIndex('by_ticketId_and_memberId', (q) => q.eq('ticketId', ticketId))
    .take(maxOfTicket);
}

/** Their own in one ticket, all or of one kind: they have it before them, or want to hear no more of it. */
export async function handle(
  ctx: MutationCtx,
  ticketId: Id<'tickets'>,
  memberId: Id<'members'>,
  kind?: NeedKind,
): Promise<void> {
  const theirs = await ctx.db
    .query('needs')
    .withIndex('by_ticketId_and_memberId', (q) => q.eq('ticketId', ticketId).eq('memberId', memberId))
    .take(maxOfTicket);
  for (const need of theirs) if (kind === undefined || need.kind === kind) await ctx.db.delete(need._id);
}

/** All of theirs up to an instant, in batches: what comes later stays. */
export async function handleAll(ctx: MutationCtx, memberId: Id<'members'>, through: number): Promise<void> {
  const some = await ctx.db
    .query('needs')
    .withIndex('by_memberId_and_at', (q) => q.eq('memberId', memberId).lte('at', through))
    .take(batch);
  for (const { _id } of some) await ctx.db.delete(_id);
  if (some.length === batch)
    await ctx.scheduler.runAfter(0, internal.jobs.members.handleAll, { memberId, through });
}

/** [M2] There is no second mail about them. */
export async function noteMailed(ctx: MutationCtx, needIds: readonly Id<'needs'>[]): Promise<void> {
  for (const needId of needIds) await ctx.db.patch(needId, { mailedAt: Date.now() });
}

/** They are not pushed again. */
export async function notePushed(ctx: MutationCtx, needIds: readonly Id<'needs'>[]): Promise<void> {
  for (const needId of needIds) await ctx.db.patch(needId, { pushedAt: Date.now() });
}

/** Newest first; `more`: there are others. */
export async function listNeeds(
  ctx: Pick<QueryCtx, 'db'>,
  memberId: Id<'members'>,
): Promise<{ needs: Need[]; more: boolean }> {
  const found = await ctx.db
    .query('needs')
    .withIndex('by_memberId_and_at', (q) => q.eq('memberId', memberId))
    .order('desc')
    .take(maxShown + 1);
  return { needs: found.slice(0, maxShown), more: found.length > maxShown };
}

export async function sweepNeeds(ctx: MutationCtx, count: number): Promise<number> {
  const old = await ctx.db
    .query('needs')
    .withIndex('by_at', (q) => q.lt('at', Date.now() - keptMs))
    .take(count);
  for (const { _id } of old) await ctx.db.delete(_id);
  return old.length;
}
