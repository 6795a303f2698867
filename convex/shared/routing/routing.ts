/**
 * Who gets the next ticket (docs/rules.md §4). Pure: routing, the "why?" answers, the UI and simulation all decide here,
 * so that a stored decision recomputes to the same winner (A5).
 */
import { type GenericId, type Infer, v } from 'convex/values';
import { type MemberStatus, vMemberStatus } from '../people/people';
import type { Priority, WaitingOn } from '../tickets/tickets';

export const assignmentModes = ['manual', 'balanced', 'roundRobin'] as const;
export const vAssignmentMode = v.union(v.literal('manual'), v.literal('balanced'), v.literal('roundRobin'));
export type AssignmentMode = Infer<typeof vAssignmentMode>;

/** More members than one team's decision can name; a larger team is refused at the door of membership. */
export const maxMembersPerTeam = 200;
/** [A6] A pass assigns at most this many, then schedules the next. */
export const maxAssignmentsPerPass = 50;
/** [A6] Order of a pass. */
export const routingOrder = ['urgent', 'high', 'normal', 'low'] as const satisfies Priority[];
/** [A8] After the first share of a backlog, one more ticket this often. */
export const rampStepMs = 5 * 60_000;

export const vSkipReason = v.union(
  v.literal('mayNotReply'),
  v.literal('offline'),
  v.literal('away'),
  v.literal('busy'),
  v.literal('disconnected'),
  v.literal('atLimit'),
  v.literal('rampingUp'),
  v.literal('notPickedUp'),
);
export type SkipReason = Infer<typeof vSkipReason>;

/** A candidate as it is stored. */
export const candidateFields = {
  memberId: v.id('members'),
  mayReply: v.boolean(),
  status: vMemberStatus,
  connected: v.boolean(),
  load: v.number(),
  limit: v.number(),
  turn: v.number(),
  rampLeft: v.optional(v.number()),
};

/** Everything a decision looks at about one member. */
export interface Candidate {
  memberId: string;
  mayReply: boolean;
  status: MemberStatus;
  connected: boolean;
  load: number;
  limit: number;
  turn: number;
  /** [A8] Tickets this member may still be given now; absent when they are not ramping up. */
  rampLeft?: number | undefined;
}

/** What a decision looks at of the ticket. */
export interface AskedFor {
  urgent: boolean;
  /** [A9] Who let it go by: for now it goes to others. */
  passedOver?: readonly string[] | undefined;
}

/** [A3] Why a member gets nothing now, or undefined: eligible. The one place that decides it. */
export function skipReason(candidate: Candidate, ticket: AskedFor): SkipReason | undefined {
  if (!candidate.mayReply) return 'mayNotReply';
  if (candidate.status !== 'online') return candidate.status;
  if (!candidate.connected) return 'disconnected';
  if (ticket.passedOver?.includes(candidate.memberId)) return 'notPickedUp';
  if (candidate.load >= candidate.limit) return 'atLimit';
  if (!ticket.urgent && candidate.rampLeft !== undefined && candidate.rampLeft < 1) return 'rampingUp';
  return undefined;
}

/** [A4] The one of these eligible candidates whose turn it is, or undefined when there is none. */
export function chooseWinner<C extends Pick<Candidate, 'memberId' | 'load' | 'limit' | 'turn'>>(
  eligible: readonly C[],
  mode: AssignmentMode,
): C | undefined {
  if (mode === 'manual') return undefined;
  const order = mode === 'balanced' ? byLoad : byTurn;
  return eligible.reduce<C | undefined>(
    (best, c) => (best === undefined || order(c, best) < 0 ? c : best),
    undefined,
  );
}

type Ranked = Pick<Candidate, 'memberId' | 'load' | 'limit' | 'turn'>;

function byTurn(a: Ranked, b: Ranked): number {
  if (a.turn !== b.turn) return a.turn - b.turn;
  return a.memberId < b.memberId ? -1 : a.memberId > b.memberId ? 1 : 0;
}

function byLoad(a: Ranked, b: Ranked): number {
  return a.load - b.load || a.load / a.limit - b.load / b.limit || byTurn(a, b);
}

export interface Decision<C extends Candidate = Candidate> {
  candidates: (C & { skipped?: SkipReason })[];
  winner: C | undefined;
}

/** One automatic decision from first to last: who is skipped and why, and who wins (A3, A4, A5). */
export function decide<C extends Candidate>(
  candidates: readonly C[],
  mode: AssignmentMode,
  ticket: AskedFor,
): Decision<C> {
  const judged = candidates.map((candidate) => {
    const skipped = skipReason(candidate, ticket);
    return skipped === undefined ? { ...candidate } : { ...candidate, skipped };
  });
  return { candidates: judged, winner: winnerOf(candidates, mode, ticket) };
}

function winnerOf<C extends Candidate>(
  candidates: readonly C[],
  mode: AssignmentMode,
  ticket: AskedFor,
): C | undefined {
  const eligible = candidates.filter((candidate) => skipReason(candidate, ticket) === undefined);
  return chooseWinner(eligible, mode);
}

/** What a pass begins with. */
export interface PassStart<C extends Candidate> {
  mode: AssignmentMode;
  /** [A4] The team's counter. */
  lastTurn: number;
  candidates: readonly C[];
}

/** One assignment of a pass: as much of it as the facts of the next decision depend on. */
export interface Assignment<C extends Candidate = Candidate> {
  memberId: C['memberId'];
  urgent: boolean;
  /** [A4] What the ticket weighs for them. */
  weight: number;
}

/** What a pass is asked for, of one ticket. */
export type Asked = Omit<Assignment, 'memberId'> & AskedFor;

export interface Plan<C extends Candidate> {
  /** In their order. */
  given: Assignment<C>[];
  /** Which of the tickets each of them is, by position. */
  placed: number[];
}

/**
 * [A6] Whom a pass gives these tickets, in their order. As the reasons to skip a member do not depend on the ticket, except that
 * urgent ones, which come first, ignore a ramp, the first ticket that nobody can take ends the pass; one that somebody who
 * could has let go by (A9) is left alone.
 */
export function planPass<C extends Candidate>(start: PassStart<C>, tickets: readonly Asked[]): Plan<C> {
  const facts = factsAfter(start, []);
  const plan: Plan<C> = { given: [], placed: [] };
  for (const [position, { urgent, weight, passedOver = [] }] of tickets.entries()) {
    const winner = winnerOf(facts, start.mode, { urgent, passedOver });
    if (winner === undefined && passedOver.length > 0) continue;
    if (winner === undefined || plan.given.length === maxAssignmentsPerPass) break;
    plan.given.push({ memberId: winner.memberId, urgent, weight });
    plan.placed.push(position);
    countAssignment(winner, plan.given.at(-1)!, start.lastTurn + plan.given.length);
  }
  return plan;
}

/** [A5] The facts of a pass once it has given so much: those of its next decision. */
export function factsAfter<C extends Candidate>(
  { candidates, lastTurn }: PassStart<C>,
  given: readonly Assignment<C>[],
): C[] {
  const facts = candidates.map((candidate) => ({ ...candidate }));
  const byId = new Map(facts.map((fact) => [fact.memberId, fact]));
  for (const [at, each] of given.entries())
    countAssignment(byId.get(each.memberId)!, each, lastTurn + at + 1);
  return facts;
}

function countAssignment(member: Candidate, { urgent, weight }: Assignment, turn: number): void {
  member.load += weight;
  member.turn = turn;
  if (!urgent && member.rampLeft !== undefined) member.rampLeft -= 1;
}

/** [A4] What one assigned active ticket weighs: 0 snoozed; 1 live takeover or customer waiting; else 0.5. */
export function ticketWeight(ticket: {
  snoozedUntil?: number | undefined;
  waitingOn?: WaitingOn | undefined;
  waitingSince?: number | undefined;
  /** The assignee holds the conversation. */
  live: boolean;
}): number {
  if (ticket.snoozedUntil !== undefined) return 0;
  if (ticket.live) return 1;
  return ticket.waitingOn === undefined && ticket.waitingSince !== undefined ? 1 : 0.5;
}

/** [A8] First share of a backlog for somebody who just became eligible. */
export function rampShare(backlog: number, membersNotOffline: number): number {
  return Math.max(1, Math.ceil(backlog / Math.max(1, membersNotOffline)));
}

export interface Ramp {
  startedAt: number;
  share: number;
  given: number;
}

/** [A8] How many more tickets a ramping member may be given at `now`. */
export function rampLeft(ramp: Ramp, now: number): number {
  return ramp.share + Math.floor(Math.max(0, now - ramp.startedAt) / rampStepMs) - ramp.given;
}

/** [A8] The first instant at which a ramping member may be given one more. */
export function rampNextAt(ramp: Ramp): number {
  return ramp.startedAt + Math.max(0, ramp.given + 1 - ramp.share) * rampStepMs;
}

/** What routing sees of a ticket. */
export interface TicketPlace {
  isActive: boolean;
  assigneeId?: GenericId<'members'> | undefined;
  assignedBy?: 'automatic' | 'person' | undefined;
  snoozedUntil?: number | undefined;
  priority: Priority;
  /** T7: the nearest. */
  deadline?: { dueAt: number } | undefined;
  /** A4: what it weighs for its assignee. */
  weight: number;
}

const isInPool = (ticket: TicketPlace) =>
  ticket.isActive && ticket.assigneeId === undefined && ticket.snoozedUntil === undefined;

const hasMovedInPool = (was: TicketPlace, is: TicketPlace) =>
  was.priority !== is.priority || was.deadline?.dueAt !== is.deadline?.dueAt;

/** What the ticket weighs for `memberId`. */
const carriedBy = (memberId: string, ticket: TicketPlace) =>
  ticket.isActive && ticket.assigneeId === memberId ? ticket.weight : 0;

/** [A4] Whose load a change of a ticket moves, and by how much. `was`: null before it was opened. */
export function loadMoves(
  was: TicketPlace | null,
  is: TicketPlace,
): [memberId: GenericId<'members'>, by: number][] {
  const concerned = new Set([was?.assigneeId, is.assigneeId].filter((id) => id !== undefined));
  return [...concerned].flatMap((id) => {
    const by = carriedBy(id, is) - (was === null ? 0 : carriedBy(id, was));
    return by === 0 ? [] : [[id, by] as [GenericId<'members'>, number]];
  });
}

/**
 * [A6, A8] Whether a change of a ticket calls for a pass: it came into the pool or became more pressing there, it took load
 * off somebody, or a person took it out of the pool, so that a ramp may be over. `was`: null before it was opened.
 */
export function callsForPass(was: TicketPlace | null, is: TicketPlace): boolean {
  if (isInPool(is)) return was === null || !isInPool(was) || hasMovedInPool(was, is);
  if (was === null) return false;
  if (isInPool(was)) return is.assignedBy !== 'automatic';
  return was.assigneeId !== undefined && carriedBy(was.assigneeId, is) < carriedBy(was.assigneeId, was);
}
