/**
 * Asking for a routing pass (docs/rules.md A6), and the facts a pass decides from.
 *
 * The transaction that makes an assignment possible rings the team's bell, and the pass is scheduled by that same commit,
 * so it can be neither lost nor forgotten: a case is judged when it is settled, by what it was and what it is. The
 * `routing` row makes requests cheap without losing one:
 *   1. a requester that finds a row adds nothing: the pass it stands for has not started, and will see this commit;
 *   2. the pass deletes the row first, so a request that commits after its snapshot finds no row and makes a new one.
 * Both touch the row, so serializability orders them.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { isAllowed } from '../../shared/people/permissions';
import {
  callsForPass,
  type Candidate,
  maxMembersPerTeam,
  type Ramp,
  rampLeft,
  skipReason,
} from '../../shared/routing/routing';
import type { CarriedLoad, Case, CaseCtx } from '../conversation/case';
import { loadsOf, placeOf } from './load';

/** [A6] A case whose tickets have moved so that a pass has something to do. */
export async function ringIfMoved(ctx: CaseCtx, opened: Case): Promise<void> {
  const { stored, control, conversation, tickets } = opened;
  for (const { now, stored: before, isNew } of tickets.values()) {
    const was = isNew ? null : placeOf(before, stored.control);
    if (callsForPass(was, placeOf(now, control))) ctx.unsettled.bells.add(conversation.teamId);
  }
}

/** `known`: the team, where it has been read already. */
export async function requestRouting(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  known?: Doc<'teams'>,
): Promise<void> {
  const team = known ?? (await ctx.db.get(teamId));
  if (team === null || team.assignmentMode === 'manual') return;
  const pending = await pendingPass(ctx, teamId);
  if (pending !== null) return;
  await ctx.db.insert('routing', { teamId, requestedAt: Date.now() });
  await ctx.scheduler.runAfter(0, internal.jobs.routing.pass, { teamId });
}

export function pendingPass(ctx: Pick<QueryCtx, 'db'>, teamId: Id<'teams'>): Promise<Doc<'routing'> | null> {
  return ctx.db
    .query('routing')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .unique();
}

/** A candidate with the rows its facts came from. */
export interface MemberFacts extends Candidate {
  memberId: Id<'members'>;
  member: Doc<'members'>;
  /** Not read of those who are offline: nothing ramps up there. */
  availability?: Doc<'memberStatuses'> | undefined;
  carried: CarriedLoad;
}

/** [A3] What a decision made at `now` knows about every active member of the team, from ranges of rows. */
export async function memberFacts(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
  now: number,
): Promise<MemberFacts[]> {
  const members = await ctx.db
    .query('members')
    .withIndex('by_teamId_and_removedAt', (q) => q.eq('teamId', teamId).eq('removedAt', undefined))
    .take(maxMembersPerTeam);
  const statuses = await statusesOf(ctx, teamId);
  const loads = await loadsOf(ctx, teamId, members);
  return members.map((member) => factsOf(member, statuses.get(member._id), loads.get(member._id)!, now));
}

/**
 * Of those who are not offline, by name of status: away and busy stand together. Whoever was removed is offline, so they are no more
 * than a team has members.
 */
async function statusesOf(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
): Promise<Map<Id<'members'>, Doc<'memberStatuses'>>> {
  const awayOrBusy = await ctx.db
    .query('memberStatuses')
    .withIndex('by_teamId_and_effective', (q) => q.eq('teamId', teamId).lt('effective', 'offline'))
    .take(maxMembersPerTeam);
  const online = await ctx.db
    .query('memberStatuses')
    .withIndex('by_teamId_and_effective', (q) => q.eq('teamId', teamId).gt('effective', 'offline'))
    .take(maxMembersPerTeam);
  return new Map([...awayOrBusy, ...online].map((row) => [row.memberId, row]));
}

function factsOf(
  member: Doc<'members'>,
  availability: Doc<'memberStatuses'> | undefined,
  carried: CarriedLoad,
  now: number,
): MemberFacts {
  const ramp = availability && rampOf(availability);
  return {
    memberId: member._id,
    mayReply: isAllowed(member.role, 'conversation.reply'),
    status: availability?.effective ?? 'offline',
    connected: availability?.connected ?? false,
    load: carried.load,
    limit: member.limit,
    turn: carried.turn,
    rampLeft: ramp === undefined ? undefined : rampLeft(ramp, now),
    member,
    availability,
    carried,
  };
}

/** [A8] A status row that ramps up on nothing. */
export const noRamp = {
  eligibleSince: undefined,
  rampShare: undefined,
  rampGiven: undefined,
};

/** [A8] The member's ramp once a pass has measured it. */
export function rampOf(availability: Doc<'memberStatuses'>): Ramp | undefined {
  const { eligibleSince, rampShare, rampGiven } = availability;
  if (eligibleSince === undefined || rampShare === undefined) return undefined;
  return { startedAt: eligibleSince, share: rampShare, given: rampGiven ?? 0 };
}

/** The facts alone, as a decision stores and shows them. */
export function bareFacts({
  member: _member,
  availability: _availability,
  carried: _carried,
  ...facts
}: MemberFacts): Candidate & {
  memberId: Id<'members'>;
} {
  return facts;
}

/** Active members who could be given a ticket at `now` (A3). */
export async function eligibleMembers(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
  now: number,
  ticket: { urgent: boolean } = { urgent: false },
): Promise<MemberFacts[]> {
  const facts = await memberFacts(ctx, teamId, now);
  return facts.filter((fact) => skipReason(fact, ticket) === undefined);
}
