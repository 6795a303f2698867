/** What everybody in the team sees alike (docs/rules.md E5): asked for the team one works in, whose read key nobody here sees. */
import type { FunctionArgs, FunctionReturnType } from 'convex/server';
import type { Live } from './live';
import type { KeyOf, Query, SharedArgs } from './lives';
import { useDesk } from './provider';
import { useMembership } from './session';
import { useOutcome, valueOf } from './useLive';

type Asked<Q extends Query> = Omit<FunctionArgs<Q>, 'teamId' | 'readKey'>;

/** Finds the live query of such a question. */
export function useSharedLives(role: KeyOf = 'operator') {
  const { lives } = useDesk();
  const { teamId } = useMembership();
  return <Q extends Query>(query: Q, asked: Asked<Q>): Live<FunctionReturnType<Q>> =>
    lives.shared(query, { ...asked, teamId } as SharedArgs<Q>, role);
}

export function useShared<Q extends Query>(query: Q, asked: Asked<Q> | 'skip') {
  const liveOf = useSharedLives();
  return valueOf(useOutcome(asked === 'skip' ? null : liveOf(query, asked)));
}

/** [E5] Figures about people: for managers alone. */
export function useManaged<Q extends Query>(query: Q, asked: Asked<Q> | 'skip') {
  const liveOf = useSharedLives('manager');
  return valueOf(useOutcome(asked === 'skip' ? null : liveOf(query, asked)));
}
