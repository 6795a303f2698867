/**
 * Live takeovers (docs/rules.md B1): the active tickets whose conversation a person holds, derived from the case and counted by
 * holder in the same transaction. Written only here, when the case is settled, and only where somebody took or gave back.
 */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { endsPage } from '../../shared/tickets/places';
import { isActive } from '../../shared/tickets/tickets';
import { type Case, type CaseCtx, openCaseWith } from '../conversation/case';
import { addCount } from './ticketPlaces';

type Reader = Pick<QueryCtx, 'db'>;
type Takeover = Omit<Doc<'liveTakeovers'>, '_id' | '_creationTime'>;

/** Whose a conversation is that no person in particular holds. */
export const team = 'team';
export const vHolder = v.union(v.id('members'), v.literal(team));

/** Null: the agent answers, or the ticket has ended. */
function takeoverOf(
  { _id: ticketId, teamId, number, status }: Doc<'tickets'>,
  { holder, operatorId, since }: Doc<'controls'>,
): Takeover | null {
  if (holder !== 'operator' || !isActive(status)) return null;
  return { teamId, ticketId, number, holder: operatorId ?? team, since };
}

const isSame = (one: Takeover | null, other: Takeover | null) =>
  one?.holder === other?.holder && one?.since === other?.since;

/** A duty of the settling. */
export async function refreshTakeovers(ctx: CaseCtx, { tickets, control, stored }: Case): Promise<void> {
  for (const { now, stored: before, isNew } of tickets.values()) {
    const is = takeoverOf(now, control);
    if (!isSame(isNew ? null : takeoverOf(before, stored.control), is)) await put(ctx, now._id, is);
  }
}

/** More than one person holds at a time. */
const mostHeld = 100;

/** Their name has changed: the rows of what they hold show it. */
export async function renameHolder(ctx: CaseCtx, { _id, teamId }: Doc<'members'>): Promise<void> {
  const held = await ctx.db
    .query('liveTakeovers')
    .withIndex('by_teamId_and_holder_and_since_and_number', (q) => q.eq('teamId', teamId).eq('holder', _id))
    .take(mostHeld);
  for (const { ticketId } of held) {
    const ticket = await ctx.db.get(ticketId);
    if (ticket !== null) (await openCaseWith(ctx, ticket)).opened.isRenamed = true;
  }
}

/** For one of before, which no count knows. */
export async function ensureTakeover(ctx: CaseCtx, { activeTicket, control }: Case): Promise<void> {
  if (activeTicket !== null) await put(ctx, activeTicket._id, takeoverOf(activeTicket, control));
}

async function put(ctx: CaseCtx, ticketId: Id<'tickets'>, takeover: Takeover | null): Promise<void> {
  const stored = await ctx.db
    .query('liveTakeovers')
    .withIndex('by_ticketId', (q) => q.eq('ticketId', ticketId))
    .unique();
  if (stored !== null) count(ctx, stored, -1);
  if (takeover !== null) count(ctx, takeover, 1);
  if (stored === null)
    return takeover === null ? undefined : void (await ctx.db.insert('liveTakeovers', takeover));
  if (takeover === null) await ctx.db.delete(stored._id);
  else await ctx.db.patch(stored._id, takeover);
}

function count(ctx: CaseCtx, { teamId, holder }: Takeover, by: 1 | -1): void {
  addCount(ctx, { teamId, bucket: 'held', assignee: holder }, { count: by, waiting: 0 });
}

/** The last ticket of a page. */
export const vTakeoverPosition = v.object({ since: v.number(), number: v.number() });
type Position = Infer<typeof vTakeoverPosition>;

/** All, or those of one holder, whoever took first first; as long as the count says. `next`: null, that was the last page. */
export async function listTakeovers(
  ctx: Reader,
  of: { teamId: Id<'teams'>; holder: string | undefined },
  after: Position | undefined,
): Promise<{ numbers: number[]; next: Position | null }> {
  const numbers: number[] = [];
  for await (const { since, number } of takeoversAfter(ctx, of, after)) {
    numbers.push(number);
    if (endsPage(number, numbers.length)) return { numbers, next: { since, number } };
  }
  return { numbers, next: null };
}

/** Those of the same instant first, then the later ones. */
async function* takeoversAfter(
  ctx: Reader,
  of: { teamId: Id<'teams'>; holder: string | undefined },
  after: Position | undefined,
): AsyncGenerator<Position> {
  if (after === undefined) {
    yield* takeovers(ctx, of, {});
    return;
  }
  yield* takeovers(ctx, of, { at: after });
  yield* takeovers(ctx, of, { past: after.since });
}

function takeovers(
  ctx: Reader,
  { teamId, holder }: { teamId: Id<'teams'>; holder: string | undefined },
  { at, past }: { at?: Position; past?: number },
) {
  const rows = ctx.db.query('liveTakeovers');
  if (holder === undefined) {
    return rows.withIndex('by_teamId_and_since_and_number', (q) => {
      const all = q.eq('teamId', teamId);
      if (at !== undefined) return all.eq('since', at.since).gt('number', at.number);
      return past === undefined ? all : all.gt('since', past);
    });
  }
  return rows.withIndex('by_teamId_and_holder_and_since_and_number', (q) => {
    const theirs = q.eq('teamId', teamId).eq('holder', holder);
    if (at !== undefined) return theirs.eq('since', at.since).gt('number', at.number);
    return past === undefined ? theirs : theirs.gt('since', past);
  });
}
