import { useMembers } from '../../convex/members';
import type { Need } from '../../convex/needs';

/** Whose doing a need was: the name they have now. Undefined until the names have come. */
export function useNeedNames(): ((need: Need) => string | undefined) | undefined {
  const members = useMembers();
  return (
    members &&
    (({ byMemberId }) =>
      byMemberId && (members.find(({ memberId }) => memberId === byMemberId)?.name ?? 'A former colleague'))
  );
}
