/**
 * A tag that takes another name, becomes part of another one, or goes: in the whole team (docs/rules.md T7, T8).
 *
 * Thousands of tickets may have it, so it is carried out in parts while everybody works: in the rules of agents first, then in
 * saved views, so that nothing brings the old name anew, then on tickets, until none has it. What people set under the old
 * name meanwhile follows at once (`namesToBe`); whatever else brings it is found by the walk, which ends only in a transaction
 * that finds no more. The only writer of `tagChanges`.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { followed, type TagChange } from '../../shared/tickets/tags';
import { type CaseCtx, openCaseWith } from '../conversation/case';
import { setAlarm } from '../kit/alarms';
import { appError } from '../kit/errors';
import { recordOnTicket } from './events';
import { renameInViews } from './savedViews';
import { forgetColour, moveColour } from './tagColours';

type Reader = Pick<QueryCtx, 'db'>;
type Change = Doc<'tagChanges'>;

/** Each with its case, its place and its row. */
const ticketsAtOnce = 25;
/** Each may have as many views as one may. */
const membersAtOnce = 4;
/** Kept once they are done, of a team: addresses of before lead to the names of now. */
const maxKept = 100;
/** Of a team at one time. */
const maxPending = 20;

const asChange = ({ from, to }: Change): TagChange => ({ from, to: to ?? null });

/** Those that go on, oldest first. */
function pendingChanges(ctx: Reader, teamId: Id<'teams'>): Promise<Change[]> {
  return ctx.db
    .query('tagChanges')
    .withIndex('by_teamId_and_doneAt', (q) => q.eq('teamId', teamId).eq('doneAt', undefined))
    .take(maxPending);
}

function doneChanges(ctx: Reader, teamId: Id<'teams'>, most: number): Promise<Change[]> {
  return ctx.db
    .query('tagChanges')
    .withIndex('by_teamId_and_doneAt', (q) => q.eq('teamId', teamId).gt('doneAt', 0))
    .order('desc')
    .take(most);
}

/** The last ones, done or not. */
export async function listChanges(
  ctx: Reader,
  teamId: Id<'teams'>,
): Promise<(TagChange & { isDone: boolean })[]> {
  const all = [...(await pendingChanges(ctx, teamId)), ...(await doneChanges(ctx, teamId, maxKept))];
  return all.map((change) => ({ ...asChange(change), isDone: change.doneAt !== undefined }));
}

/** What tags are called once all that goes on is carried out. */
export async function namesToBe(
  ctx: Reader,
  teamId: Id<'teams'>,
): Promise<(tags: readonly string[]) => string[]> {
  const changes = (await pendingChanges(ctx, teamId)).map(asChange);
  return (tags) => followed(tags, changes);
}

/** As `namesToBe`, of these. Nothing is read for none. */
export async function followTags(
  ctx: Reader,
  teamId: Id<'teams'>,
  tags: readonly string[],
): Promise<string[]> {
  return tags.length === 0 ? [] : (await namesToBe(ctx, teamId))(tags);
}

/** Without `to` the tag goes. Refused while one of the two is being changed. */
export async function beginChange(
  ctx: MutationCtx,
  { teamId, _id: by }: Pick<Doc<'members'>, 'teamId' | '_id'>,
  { from, to }: { from: string; to?: string },
): Promise<Id<'tagChanges'>> {
  const pending = await pendingChanges(ctx, teamId);
  if (pending.length >= maxPending) throw appError('INVALID_INPUT', 'Wait until the other changes are done.');
  const isMoving = pending.some((each) => [from, to].includes(each.from) || each.to === from);
  if (isMoving)
    throw appError('INVALID_INPUT', 'This tag is being changed already. Wait until that is done.');
  const done = await doneChanges(ctx, teamId, maxKept + 1);
  // Both names mean something else from now on; and only so many are kept.
  const obsolete = done.filter((each, at) => at >= maxKept - 1 || each.from === from || each.from === to);
  for (const { _id } of obsolete) await ctx.db.delete(_id);
  const changeId = await ctx.db.insert('tagChanges', {
    teamId,
    from,
    ...(to !== undefined && { to }),
    by,
    step: 'rules',
  });
  if (to === undefined) await forgetColour(ctx, teamId, from);
  else await moveColour(ctx, teamId, from, to);
  await setAlarm(ctx, 'tag', changeId, Date.now());
  return changeId;
}

/** The rules of one agent: they are another room's. */
type InRules = (ctx: MutationCtx, agentId: Id<'agents'>, change: TagChange) => Promise<void>;

/** The alarm: the next part. */
export async function walkTag(ctx: CaseCtx, changeId: Id<'tagChanges'>, inRules: InRules): Promise<void> {
  const change = await ctx.db.get(changeId);
  if (change === null || change.doneAt !== undefined) return;
  const next = await walkOn(ctx, change, inRules);
  // Whoever sets a tag meanwhile reads it, and every page does: a part that leaves it as it is writes nothing.
  if (next !== goesOn) await ctx.db.patch(changeId, next);
  if (next.doneAt === undefined) await setAlarm(ctx, 'tag', changeId, Date.now());
}

type Next = Partial<Pick<Change, 'step' | 'after' | 'doneAt'>>;

/** There is more of the same. */
const goesOn: Next = {};

function walkOn(ctx: CaseCtx, change: Change, inRules: InRules): Promise<Next> {
  if (change.step === 'rules') return walkRules(ctx, change, inRules);
  return change.step === 'views' ? walkViews(ctx, change) : walkTickets(ctx, change);
}

/** One agent's. */
async function walkRules(ctx: CaseCtx, change: Change, inRules: InRules): Promise<Next> {
  const after = typeof change.after === 'number' ? change.after : 0;
  const agent = await ctx.db
    .query('agents')
    .withIndex('by_teamId', (q) => q.eq('teamId', change.teamId).gt('_creationTime', after))
    .first();
  if (agent === null) return { step: 'views', after: undefined };
  await inRules(ctx, agent._id, asChange(change));
  return { after: agent._creationTime };
}

/** The team's, then those of a few members. A view of a tag that goes stays: narrowed by nothing it would show everything. */
async function walkViews(ctx: CaseCtx, { teamId, from, to, after }: Change): Promise<Next> {
  if (to === undefined) return { step: 'tickets', after: undefined };
  if (after === undefined) await renameInViews(ctx, teamId, undefined, { from, to });
  const userId = after as Id<'users'> | undefined;
  const members = await ctx.db
    .query('members')
    .withIndex('by_teamId_and_userId', (q) => {
      const ofTeam = q.eq('teamId', teamId);
      return userId === undefined ? ofTeam : ofTeam.gt('userId', userId);
    })
    .take(membersAtOnce);
  for (const { _id } of members) await renameInViews(ctx, teamId, _id, { from, to });
  if (members.length < membersAtOnce) return { step: 'tickets', after: undefined };
  return { after: members.at(-1)!.userId };
}

/**
 * Some that have it; their places follow when they are settled, so the next part finds others. By the desk, not by whoever asked
 * for it: they have not seen to each of these tickets.
 */
async function walkTickets(ctx: CaseCtx, change: Change): Promise<Next> {
  const { teamId, from, to, by } = change;
  const places = await ctx.db
    .query('tagPlaces')
    .withIndex('by_teamId_and_tag_and_lane_and_sortAt_and_number', (q) =>
      q.eq('teamId', teamId).eq('tag', from),
    )
    .take(ticketsAtOnce);
  let changed = 0;
  for (const { ticketId } of places) {
    const { opened, ticket } = await openCaseWith(ctx, (await ctx.db.get(ticketId))!);
    if (!ticket.tags.includes(from)) continue;
    changed++;
    const event = {
      type: 'tagsChanged' as const,
      from: ticket.tags,
      to: followed(ticket.tags, [asChange(change)]),
      renamed: { from, ...(to !== undefined && { to }), by },
    };
    await recordOnTicket(ctx, opened, ticket, event, { kind: 'system' });
  }
  // A place without its ticket's tag would be met for ever.
  return places.length < ticketsAtOnce || changed === 0 ? { doneAt: Date.now() } : goesOn;
}
