/**
 * One routing pass (docs/rules.md A6): gives waiting tickets to the people who can take them.
 *
 * It clears the pending row first, decides from facts read in its own transaction, and assigns only tickets that are
 * unassigned in that transaction, so a person's choice is never overwritten (A7). Tickets come in the order priority,
 * nearest deadline, age. Everything is decided before the first assignment is written.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { type CarriedLoad, type CaseCtx, openCaseWith } from '../conversation/case';
import { setAlarm } from '../kit/alarms';
import {
  type Asked,
  type Assignment,
  factsAfter,
  maxAssignmentsPerPass,
  maxMembersPerTeam,
  planPass,
  rampNextAt,
  rampShare,
  routingOrder,
  skipReason,
  ticketWeight,
} from '../../shared/routing/routing';
import { passedOverAt } from '../../shared/routing/pickUp';
import { isActive, type Priority } from '../../shared/tickets/tickets';
import { type PassRecord, storeDecision, storeNobody } from './decisions';
import { recordOnTicket } from '../tickets/events';
import { countAssigned } from '../tickets/ticketPlaces';
import { noteTurn } from './load';
import { pickUpWatch } from './pickUps';
import { bareFacts, type MemberFacts, memberFacts, noRamp, pendingPass, rampOf } from './routing';
import { turnCounter } from './turns';

export async function runRoutingPass(ctx: CaseCtx, teamId: Id<'teams'>): Promise<void> {
  const pending = await pendingPass(ctx, teamId);
  if (pending !== null) await ctx.db.delete(pending._id);
  const team = await ctx.db.get(teamId);
  if (team === null || team.assignmentMode === 'manual') return;

  const waiting = await waitingTickets(ctx, teamId, maxAssignmentsPerPass + 1);
  if (waiting.length === 0) return endRamps(ctx, teamId);
  const at = Date.now();
  const facts = await memberFacts(ctx, teamId, at);
  await measureRamps(ctx, teamId, facts, at);

  const { tickets, more } = await ticketsFor(ctx, teamId, { waiting, facts, at });
  const counter = await turnCounter(ctx, teamId);
  const start = { mode: team.assignmentMode, lastTurn: counter?.lastTurn ?? 0, candidates: facts };
  const plan = planPass(
    start,
    tickets.map((ticket) => asked(ticket, at)),
  );
  const { given } = plan;
  const pass = { ...start, teamId, at, candidates: facts.map(bareFacts), given };
  const carried = new Map(facts.map((fact) => [fact.memberId, fact.carried]));
  await carryOut(ctx, { pass }, { team, tickets, placed: plan.placed, carried });
  await saveTurn(ctx, counter, teamId, start.lastTurn + given.length);

  const allPlaced = given.length === tickets.length;
  await settleRamps(ctx, teamId, factsAfter(start, given), given, more || !allPlaced);
  // Behind those that others let go by there may be some that are for them.
  if (more && (allPlaced || tickets.some(({ passedOver }) => passedOver)) && given.length > 0)
    ctx.unsettled.bells.add(teamId);
}

/** So many tickets are looked at in one pass, where those in front are for nobody who could take one. */
const mostLookedAt = 500;

/** As many as a pass gives; those that everybody who could take them has let go by (A9) stand in nobody's way. */
async function ticketsFor(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  { waiting, facts, at }: { waiting: Doc<'tickets'>[]; facts: MemberFacts[]; at: number },
): Promise<{ tickets: Doc<'tickets'>[]; more: boolean }> {
  const isForNobody = (ticket: Doc<'tickets'>) => {
    const of = asked(ticket, at);
    return (
      of.passedOver?.length !== 0 &&
      facts.some((fact) => skipReason(fact, { ...of, passedOver: [] }) === undefined) &&
      facts.every((fact) => skipReason(fact, of) !== undefined)
    );
  };
  const first = waiting.slice(0, maxAssignmentsPerPass);
  const blocked = first.filter(isForNobody).length;
  if (blocked === 0 || waiting.length === first.length)
    return { tickets: first, more: waiting.length > first.length };
  const further = await waitingTickets(ctx, teamId, mostLookedAt);
  const open = further.filter((ticket) => !isForNobody(ticket)).slice(0, maxAssignmentsPerPass);
  const taken = new Set(open.map(({ _id }) => _id));
  const passedBy = first.filter(({ _id }) => !taken.has(_id));
  return { tickets: [...open, ...passedBy], more: further.length > taken.size + passedBy.length };
}

/** What a decision depends on of a ticket nobody has yet. */
export function asked(ticket: Doc<'tickets'>, at: number): Asked {
  const weight = ticketWeight({ ...ticket, live: false });
  return { urgent: ticket.priority === 'urgent', weight, passedOver: passedOverAt(ticket, at) };
}

interface Plan {
  team: Doc<'teams'>;
  tickets: Doc<'tickets'>[];
  /** Where in `tickets` those are that found somebody. */
  placed: number[];
  carried: Map<Id<'members'>, CarriedLoad>;
}

/** Assigns what was given; for the rest stores why not. */
async function carryOut(
  ctx: CaseCtx,
  record: PassRecord,
  { team, tickets, placed, carried }: Plan,
): Promise<void> {
  const { given, lastTurn } = record.pass;
  const mode = record.pass.mode === 'roundRobin' ? ('roundRobin' as const) : ('balanced' as const);
  const watch = placed.length > 0 ? await pickUpWatch(ctx, team) : undefined;
  for (const [place, { memberId }] of given.entries()) {
    const ticket = tickets[placed[place]!]!;
    const decisionId = await storeDecision(ctx, record, ticket, place);
    const event = { type: 'assigned' as const, to: memberId, how: 'automatic' as const, mode, decisionId };
    const { opened } = await openCaseWith(ctx, ticket);
    await recordOnTicket(ctx, opened, ticket, event, { kind: 'system' });
    noteTurn(ctx, memberId, lastTurn + place + 1, carried.get(memberId)!);
    await watch?.(ticket, memberId);
  }
  const left = tickets.filter((_, position) => !placed.includes(position));
  await storeNobody(ctx, record, left);
}

/** Unassigned, awake tickets in routing order: at most `count`. */
export async function waitingTickets(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  count: number,
): Promise<Doc<'tickets'>[]> {
  const tickets: Doc<'tickets'>[] = [];
  for (const { ticketId } of await waitingPlaces(ctx, teamId, count)) {
    const ticket = await ctx.db.get(ticketId);
    if (ticket !== null && ticket.assigneeId === undefined && isActive(ticket.status)) tickets.push(ticket);
  }
  return tickets;
}

/** One range, unless more wait than are asked for; then one a priority. */
async function waitingPlaces(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  count: number,
): Promise<Doc<'ticketPlaces'>[]> {
  const places = await waitingIn(ctx, teamId, undefined, count);
  if (places.length < count)
    return routingOrder.flatMap((each) => places.filter(({ priority }) => priority === each));
  const first: Doc<'ticketPlaces'>[] = [];
  for (const priority of routingOrder) {
    if (first.length === count) break;
    first.push(...(await waitingIn(ctx, teamId, priority, count - first.length)));
  }
  return first;
}

/** Nearest deadline, then oldest first within a priority. */
function waitingIn(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  priority: Priority | undefined,
  count: number,
): Promise<Doc<'ticketPlaces'>[]> {
  return ctx.db
    .query('ticketPlaces')
    .withIndex('by_teamId_and_bucket_and_assignee_and_priority_and_dueAt', (q) => {
      const awake = q.eq('teamId', teamId).eq('bucket', 'active').eq('assignee', 'none');
      return priority === undefined ? awake : awake.eq('priority', priority);
    })
    .take(count);
}

/** [A4] */
async function saveTurn(
  ctx: MutationCtx,
  counter: Doc<'turnCounters'> | null,
  teamId: Id<'teams'>,
  lastTurn: number,
): Promise<void> {
  if ((counter?.lastTurn ?? 0) === lastTurn) return;
  if (counter === null) await ctx.db.insert('turnCounters', { teamId, lastTurn });
  else await ctx.db.patch(counter._id, { lastTurn });
}

type Ramping = MemberFacts & { availability: Doc<'memberStatuses'> };

const isRamping = (fact: MemberFacts): fact is Ramping => fact.availability?.eligibleSince !== undefined;

/** [A8] Gives everybody who has just become eligible their share of the backlog that met them. */
async function measureRamps(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  facts: MemberFacts[],
  now: number,
): Promise<void> {
  const starting = facts.filter(isRamping).filter(({ availability }) => availability.rampShare === undefined);
  if (starting.length === 0) return;
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
  given: Assignment[],
  somethingWaits: boolean,
): Promise<void> {
  let wakeAt: number | undefined;
  const ramping = facts.filter(isRamping);
  for (const { availability, memberId, load, limit } of ramping) {
    const ramp = rampOf(availability);
    if (ramp === undefined || !somethingWaits || load >= limit) {
      await ctx.db.patch(availability._id, noRamp);
      continue;
    }
    const count = given.filter((each) => each.memberId === memberId && !each.urgent).length;
    wakeAt = Math.min(wakeAt ?? Infinity, rampNextAt({ ...ramp, given: ramp.given + count }));
    if (count > 0) await ctx.db.patch(availability._id, { rampGiven: ramp.given + count });
  }
  if (ramping.length > 0) await setAlarm(ctx, 'ramp', teamId, wakeAt);
}

/** [A8] Nothing waits: whoever ramped up does so no more. Most passes end here, having read nobody. */
async function endRamps(ctx: MutationCtx, teamId: Id<'teams'>): Promise<void> {
  const ramping = await ctx.db
    .query('memberStatuses')
    .withIndex('by_teamId_and_eligibleSince', (q) => q.eq('teamId', teamId).gt('eligibleSince', 0))
    .take(maxMembersPerTeam);
  for (const { _id } of ramping) await ctx.db.patch(_id, noRamp);
  if (ramping.length > 0) await setAlarm(ctx, 'ramp', teamId, undefined);
}
