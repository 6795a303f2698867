import { ActionButton } from '../../actions/actionButton';
import { useMembership } from '../../convex/session';
import { useAcknowledgeTaken, useTakenFromMe } from '../../convex/threads';
import type { TicketDetail } from '../../convex/tickets';
import { formatClock } from '../../lib/time';
import { Button } from '../../ui/button';
import type { TicketActions } from './ticketActions';

/** [C5] Somebody took this conversation from its reader: who, that their text is kept, and the ways on. */
export function TakenBar({ detail, actions }: { detail: TicketDetail; actions: TicketActions }) {
  const { teamId } = useMembership();
  const { conversationId } = detail.ticket;
  const loss = useTakenFromMe()?.find((each) => each.conversationId === conversationId);
  const acknowledge = useAcknowledgeTaken();
  if (!loss || actions.iHold) return null;
  return (
    <div role="alert" className="border-t border-line bg-warn-soft px-4 py-2.5 text-sm text-ink">
      <p>
        <strong className="font-semibold">{loss.byName} took this over from you</strong> at{' '}
        {formatClock(loss.at)}. What you wrote is kept.
      </p>
      <div className="mt-2 flex gap-2">
        {detail.control.holder === 'operator' && (
          <ActionButton action="ticket.takeOver">Take it back</ActionButton>
        )}
        <Button onClick={() => void acknowledge({ teamId, conversationId }).catch(() => {})}>
          All right
        </Button>
      </div>
    </div>
  );
}
