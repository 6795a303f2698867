/**
 * One routing pass (docs/rules.md A6): gives waiting tickets to the people who can take them.
 *
 * It clears the pending row first, decides from facts read in its own transaction, and assigns only tickets that are
 * unassigned in that transaction, so a person's choice is never overwritten (A7). Tickets come in the order priority,
 * age; no ticket carries a deadline of its own yet. As the reasons to skip a member do not depend on the ticket
 * except that urgent ones ignore a ramp, the first ticket nobody can take ends the assigning.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { type CaseCtx, openCaseWith } from '../conversation/case';
import { setAlarm } from '../kit/alarms';
import {
  decide,
  maxAssignmentsPerPass,
  rampNextAt,
  rampShare,
  routingOrder,
  ticketWeight,
} from '../../shared/routing/routing';
import { isActive } from '../../shared/tickets/tickets';
import { storeDecision, storeNobody } from './decisions';
import { recordOnTicket } from '../tickets/events';
import { countAssigned } from '../tickets/ticketPlaces';
import { noteTurn } from './load';
import { type MemberFacts, memberFacts, noRamp, pendingPass, rampOf } from './routing';
import { turnCounter } from './turns';

export async function runRoutingPass(ctx: CaseCtx, teamId: Id<'teams'>): Promise<void> {
  const pending = await pendingPass(ctx, teamId);
  if (pending !== null) await ctx.db.delete(pending._id);
  const team = await ctx.db.get(teamId);
  if (team === null || team.assignmentMode === 'manual') return;

  const now = Date.now();
  const waiting = await waitingTickets(ctx, teamId, maxAssignmentsPerPass + 1);
  const facts = await memberFacts(ctx, teamId, now);
  await measureRamps(ctx, teamId, facts, waiting.length > 0, now);

  const unplaced = await assignAll(ctx, team, waiting.slice(0, maxAssignmentsPerPass), facts, now);
  const more = waiting.length > maxAssignmentsPerPass;
  await settleRamps(ctx, teamId, facts, unplaced > 0 || more);
  if (more && unplaced === 0) ctx.unsettled.bells.add(teamId);
}

/** Assigns what can be; for the rest stores why not. Returns how many found nobody. */
async function assignAll(
  ctx: CaseCtx,
  team: Doc<'teams'>,
  tickets: Doc<'tickets'>[],
  facts: MemberFacts[],
  now: number,
): Promise<number> {
  let turn = (await turnCounter(ctx, team._id))?.lastTurn ?? 0;
  let unplaced = 0;
  for (const ticket of tickets) {
    const urgent = ticket.priority === 'urgent';
    const decision = decide(facts, team.assignmentMode, { urgent });
    const about = { teamId: team._id, ticketId: ticket._id, at: now, mode: team.assignmentMode, urgent };
    const winner = facts.find((fact) => fact.memberId === decision.winner?.memberId);
    if (winner === undefined) {
      unplaced += 1;
      await storeNobody(ctx, about, decision);
      continue;
    }
    turn += 1;
    const decisionId = await storeDecision(ctx, about, decision);
    const event = { type: 'assigned' as const, to: winner.memberId, how: 'automatic' as const, decisionId };
    const { opened } = await openCaseWith(ctx, ticket);
    await recordOnTicket(ctx, opened, ticket, event, { kind: 'system' });
    countAssignment(winner, ticket, turn, urgent);
    noteTurn(ctx, winner.memberId, turn);
  }
  await saveTurn(ctx, team._id, turn);
  return unplaced;
}

/** Keeps the facts of later decisions in the same pass true. */
function countAssignment(winner: MemberFacts, ticket: Doc<'tickets'>, turn: number, urgent: boolean): void {
  winner.load += ticketWeight({ ...ticket, live: false });
  winner.turn = turn;
  if (urgent || winner.rampLeft === undefined) return;
  winner.rampLeft -= 1;
  winner.availability = { ...winner.availability!, rampGiven: (winner.availability!.rampGiven ?? 0) + 1 };
}

/** Unassigned, awake tickets in routing order: at most `count`. */
export async function waitingTickets(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  count: number,
): Promise<Doc<'tickets'>[]> {
  const tickets: Doc<'tickets'>[] = [];
  for (const priority of routingOrder) {
    const places = await ctx.db
      .query('ticketPlaces')
      .withIndex('by_teamId_and_bucket_and_assignee_and_snoozedUntil_and_priority', (q) =>
        q
          .eq('teamId', teamId)
          .eq('bucket', 'active')
          .eq('assignee', 'none')
          .eq('snoozedUntil', undefined)
          .eq('priority', priority),
      )
      .take(count - tickets.length);
    for (const { ticketId } of places) {
      const ticket = await ctx.db.get(ticketId);
      if (ticket !== null && ticket.assigneeId === undefined && isActive(ticket.status)) tickets.push(ticket);
    }
    if (tickets.length >= count) break;
  }
  return tickets;
}

/** [A4] The team's counter. */
async function saveTurn(ctx: MutationCtx, teamId: Id<'teams'>, turn: number): Promise<void> {
  const counter = await turnCounter(ctx, teamId);
  if ((counter?.lastTurn ?? 0) === turn) return;
  if (counter === null) await ctx.db.insert('turnCounters', { teamId, lastTurn: turn });
  else await ctx.db.patch(counter._id, { lastTurn: turn });
}

type Ramping = MemberFacts & { availability: Doc<'memberStatuses'> };

const isRamping = (fact: MemberFacts): fact is Ramping => fact.availability?.eligibleSince !== undefined;

/** [A8] Gives everybody who has just become eligible their share of the backlog that met them. */
async function measureRamps(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  facts: MemberFacts[],
  backlogWaits: boolean,
  now: number,
): Promise<void> {
  const starting = facts.filter(isRamping).filter(({ availability }) => availability.rampShare === undefined);
  if (starting.length === 0 || !backlogWaits) return;
  const backlog = await countAssigned(ctx, teamId, null);
  const share = rampShare(backlog, facts.filter((fact) => fact.status !== 'offline').length);
  for (const fact of starting) {
    const ramp = { eligibleSince: now, rampShare: share, rampGiven: 0 };
    fact.availability = { ...fact.availability, ...ramp };
    fact.rampLeft = share;
    await ctx.db.patch(fact.availability._id, ramp);
  }
}

/**
 * [A8] After the assigning: a ramp is over when nothing waits any more or the member is at their limit. Otherwise
 * their next ticket is due at a known instant; one alarm per team rings for the first of them.
 */
async function settleRamps(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  facts: MemberFacts[],
  somethingWaits: boolean,
): Promise<void> {
  let wakeAt: number | undefined;
  const ramping = facts.filter(isRamping);
  for (const { availability, load, limit } of ramping) {
    const ramp = rampOf(availability);
    if (ramp === undefined || !somethingWaits || load >= limit) {
      await ctx.db.patch(availability._id, noRamp);
      continue;
    }
    wakeAt = Math.min(wakeAt ?? Infinity, rampNextAt(ramp));
    await ctx.db.patch(availability._id, { rampGiven: ramp.given });
  }
  if (ramping.length > 0) await setAlarm(ctx, 'ramp', teamId, wakeAt);
}
