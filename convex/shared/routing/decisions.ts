/** What stored decisions say (docs/rules.md A5): each is made again from the record of its pass. */
import type { GenericId } from 'convex/values';
import {
  type Assignment,
  type AssignmentMode,
  type Candidate,
  decide,
  factsAfter,
  type PassStart,
  type SkipReason,
} from './routing';

type Member = Candidate & { memberId: GenericId<'members'> };
type Judged = Member & { skipped?: SkipReason | undefined };

/** What a pass began with, and what it gave in its order. */
export interface PassFacts extends PassStart<Member> {
  given: readonly Assignment<Member>[];
}

interface StoredDecision {
  urgent: boolean;
  passedOver?: readonly GenericId<'members'>[];
  place?: number;
  /** Of before, when each decision stood alone with its candidates. */
  mode?: AssignmentMode;
  candidates?: readonly Judged[];
  winnerId?: GenericId<'members'>;
}

/** A decision as it was made; `winnerId` undefined: nobody was found. */
export interface Recalled {
  mode: AssignmentMode;
  winnerId: GenericId<'members'> | undefined;
  candidates: Judged[];
}

/** `pass`: null for a decision of before. */
export function recallDecision(pass: PassFacts | null, decision: StoredDecision): Recalled {
  const { place = 0, urgent, passedOver } = decision;
  const { given, ...start } = pass ?? formerPass(decision);
  const { candidates } = decide(factsAfter(start, given.slice(0, place)), start.mode, { urgent, passedOver });
  return { mode: start.mode, winnerId: given[place]?.memberId, candidates };
}

/** A decision of before as the first of a pass of its own. What its ticket weighed was not kept: nothing came after. */
export function formerPass({ mode, candidates, winnerId, urgent }: StoredDecision) {
  return {
    mode: mode!,
    lastTurn: 0,
    candidates: candidates!.map(({ skipped: _derived, ...facts }) => facts),
    given: winnerId === undefined ? [] : [{ memberId: winnerId, urgent, weight: 0 }],
  };
}

/** Whether two decisions skip the same members for the same reasons. */
export function hasSameReasons(one: Recalled, other: Recalled): boolean {
  return reasons(one) === reasons(other);
}

function reasons({ candidates }: Recalled): string {
  return JSON.stringify(candidates.map(({ memberId, skipped }) => [memberId, skipped]));
}
