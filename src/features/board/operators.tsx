import { useMemo, useRef, useState } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { type Operator, useOperators } from '../../convex/board';
import { useMembers } from '../../convex/members';
import { Skeleton } from '../../ui/states';
import type { BoardActs } from './acts';
import { OperatorRow } from './operatorRow';

export interface Shown extends Operator {
  memberId: Id<'members'>;
  name: string;
  limit: number;
}

/** Everybody in the team with what they carry; `undefined` until all have come. */
function useShown(): Shown[] | undefined {
  const members = useMembers();
  const ids = useMemo(() => members?.map(({ memberId }) => memberId) ?? [], [members]);
  const operators = useOperators(ids);
  return useMemo(() => {
    if (members === undefined) return undefined;
    const shown = members.flatMap(({ memberId, name, limit }, index) => {
      const operator = operators[index];
      return operator ? [{ ...operator, memberId, name, limit }] : [];
    });
    return shown.length === members.length ? shown : undefined;
  }, [members, operators]);
}

const fullness = ({ load, limit }: Shown) => (limit > 0 ? load / limit : load > 0 ? Infinity : 0);
const isOff = ({ effective, load }: Shown) => effective === 'offline' && load === 0;

/** Who is nearest to too much first; who is not there and carries nothing, last. */
function byFullness(a: Shown, b: Shown): number {
  return (
    Number(isOff(a)) - Number(isOff(b)) ||
    fullness(b) - fullness(a) ||
    b.load - a.load ||
    a.name.localeCompare(b.name)
  );
}

/** The order stands still while the pointer rests on it or something in it has the focus. */
function useOrder(shown: Shown[] | undefined, isHeld: boolean): Shown[] | undefined {
  const kept = useRef<Id<'members'>[]>([]);
  if (!shown) return undefined;
  const places = new Map(kept.current.map((id, index) => [id, index]));
  const placeOf = ({ memberId }: Shown) => places.get(memberId) ?? Infinity;
  const ordered = shown.toSorted((a, b) => (isHeld ? placeOf(a) - placeOf(b) : 0) || byFullness(a, b));
  kept.current = ordered.map(({ memberId }) => memberId);
  return ordered;
}

export function Operators({ acts, isWall }: { acts: BoardActs; isWall: boolean }) {
  const [isUnderHand, setIsUnderHand] = useState(false);
  const [hasFocus, setHasFocus] = useState(false);
  const ordered = useOrder(useShown(), isUnderHand || hasFocus);
  const online = ordered?.filter(({ effective }) => effective === 'online').length;
  return (
    <section
      aria-label="Operators"
      data-region="operators"
      className="rounded-lg border border-line bg-surface"
      onPointerEnter={(event) => event.pointerType === 'mouse' && setIsUnderHand(true)}
      onPointerLeave={() => setIsUnderHand(false)}
      onFocus={() => setHasFocus(true)}
      onBlur={() => setHasFocus(false)}
    >
      <header className="flex items-baseline gap-2 border-b border-line px-4 py-2.5">
        <h2 className="text-base font-semibold">Operators</h2>
        {ordered && (
          <span className="text-sm text-ink-3 tabular-nums">
            {online} of {ordered.length} online
          </span>
        )}
        <span className="flex-1" />
        <span className="text-xs text-ink-3 max-sm:hidden">Fullest first</span>
      </header>
      <ul className={isWall ? 'grid grid-cols-[repeat(auto-fill,minmax(18rem,1fr))]' : ''}>
        {ordered
          ? ordered.map((each) => (
              <OperatorRow key={each.memberId} shown={each} acts={acts} isWall={isWall} />
            ))
          : [1, 2, 3].map((each) => (
              <li key={each} className="px-4 py-3">
                <Skeleton className="h-8" />
              </li>
            ))}
      </ul>
    </section>
  );
}
