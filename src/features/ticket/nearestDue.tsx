import type { TicketDetail } from '../../convex/tickets';
import { dueWords, nearnessLooks, nearnessOf, targetWords } from '../../lib/dueWords';
import { formatFull } from '../../lib/time';
import { useNow } from '../../lib/useNow';

/** The nearest, beside the status: said once it is near. */
export function NearestDue({ ticket }: { ticket: TicketDetail['ticket'] }) {
  const now = useNow();
  const { deadline } = ticket;
  if (deadline === undefined) return null;
  const { dueAt: at, nearAt, target } = deadline;
  const nearness = nearnessOf({ at, nearAt }, now);
  if (nearness === 'far') return null;
  return (
    <>
      {' · '}
      <span title={formatFull(at)} className={nearnessLooks[nearness]}>
        {targetWords[target]} {dueWords({ at }, now)}
      </span>
    </>
  );
}
