/**
 * [C12] A holder who vanishes never strands a customer: what is due, from facts alone. Pure.
 *
 *   holder vanished, customer waits ──2 min──▶ ticket to others ──10 min──▶ team holds ──2 min, nobody──▶ agent
 *                                                     ├ returnToAgent: agent
 *                                                     └ keep ──2 min, nobody──▶ agent
 *
 * Clocks start at the later of vanishing and the oldest unanswered customer message; a team hold counts as vanished
 * from its beginning.
 */
import { type Infer, v } from 'convex/values';

export const vWhenHolderVanishes = v.union(
  v.literal('keep'),
  v.literal('unassign'),
  v.literal('returnToAgent'),
);
export type WhenHolderVanishes = Infer<typeof vWhenHolderVanishes>;
export const defaultWhenHolderVanishes: WhenHolderVanishes = 'unassign';

export const vanishedGraceMs = 2 * 60_000;
export const vanishedHoldMs = 10 * 60_000;

export interface HolderFacts {
  setting: WhenHolderVanishes;
  teamHolds: boolean;
  /** Undefined: the holder is there. */
  vanishedAt: number | undefined;
  /** Undefined: no customer waits. */
  unansweredSince: number | undefined;
  assignee: 'holder' | 'nobody' | 'gone' | 'here';
  somebodyEligible: boolean;
}

export interface VanishedStep {
  act: 'none' | 'route' | 'teamHolds' | 'returnToAgent';
  /** When to look again; undefined: something else will have to happen first. */
  checkAt?: number;
}

export function decideVanished(facts: HolderFacts, now: number): VanishedStep {
  if (facts.vanishedAt === undefined || facts.unansweredSince === undefined) return { act: 'none' };
  const start = Math.max(facts.vanishedAt, facts.unansweredSince);
  if (now < start + vanishedGraceMs) return { act: 'none', checkAt: start + vanishedGraceMs };
  return facts.teamHolds ? stepWithoutHolder(facts, now) : stepOfHolder(facts, start, now);
}

function stepWithoutHolder({ assignee, somebodyEligible }: HolderFacts, now: number): VanishedStep {
  const checkAt = now + vanishedGraceMs;
  if (assignee === 'here') return { act: 'none', checkAt };
  if (assignee !== 'nobody') return { act: 'route', checkAt };
  return somebodyEligible ? { act: 'none', checkAt } : { act: 'returnToAgent' };
}

function stepOfHolder(facts: HolderFacts, start: number, now: number): VanishedStep {
  const { assignee, setting } = facts;
  const end = start + vanishedHoldMs;
  if (now >= end && setting === 'returnToAgent') return { act: 'returnToAgent' };
  if (now >= end && setting === 'unassign') return { act: 'teamHolds' };
  // Kept for whoever can still come: like the team's own, it goes back when for another grace nobody can.
  const endOfKeep = end + vanishedGraceMs;
  if (now >= endOfKeep) return stepWithoutHolder(facts, now);
  const checkAt = setting === 'keep' ? endOfKeep : end;
  return { act: assignee === 'holder' ? 'route' : 'none', checkAt };
}
