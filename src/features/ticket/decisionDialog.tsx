import { type TicketDetail, useDecision, useWhyNotAssigned } from '../../convex/tickets';
import { useNow } from '../../lib/useNow';
import { Candidates, NotYetDialog } from '../../ui/candidates';
import { Dialog } from '../../ui/dialog';
import type { Opens } from '../../ui/later';
import { modeWords } from './modeWords';

interface DialogProps extends Opens {
  detail: TicketDetail;
}

/** [A5] The whole decision: why this person, or why nobody yet. */
export function DecisionDialog(props: DialogProps) {
  if (!props.open) return null;
  return props.detail.whyAssigned ? <WhyThem {...props} /> : <NotYet {...props} />;
}

function WhyThem({ detail, onOpenChange }: DialogProps) {
  const decision = useDecision(detail.ticket._id);
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={decision?.winnerName ? `Why ${decision.winnerName}` : 'Why this assignee'}
      description={
        decision
          ? `Decided by ${modeWords[decision.mode]} at the moment it was due.`
          : decision === undefined
            ? 'Looking it up…'
            : 'No automatic decision was made for this ticket.'
      }
    >
      {decision && <Candidates candidates={decision.candidates} chosen={decision.winnerId} />}
    </Dialog>
  );
}

/** As it is now, and again every minute. */
function NotYet({ detail, onOpenChange }: DialogProps) {
  const why = useWhyNotAssigned(detail.ticket._id, Math.floor(useNow(60_000) / 60_000));
  return <NotYetDialog why={why} onClose={() => onOpenChange(false)} />;
}
