import { useState } from 'react';
import type { SkipReason } from '../../../convex/shared/routing/routing';
import { type TicketDetail, useDecision } from '../../convex/tickets';
import { Dialog } from '../../ui/dialog';

const skipWords: Record<SkipReason, string> = {
  mayNotReply: 'May not reply',
  offline: 'Offline',
  away: 'Away',
  busy: 'Busy',
  disconnected: 'Not connected',
  atLimit: 'At the limit',
  rampingUp: 'Just came back: one at a time',
};
const modeWords = { balanced: 'least load', roundRobin: 'next in turn', manual: 'by hand' };

/** [A5] One line of why; the whole decision behind it. */
export function WhyAssigned({ detail }: { detail: TicketDetail }) {
  const [open, setOpen] = useState(false);
  const { whyAssigned, ticket } = detail;
  if (!whyAssigned && ticket.assigneeId !== undefined) return null;
  return (
    <div className="pb-1 text-xs text-ink-3">
      {whyAssigned && `${modeWords[whyAssigned.mode]} (${whyAssigned.load} of ${whyAssigned.limit}) `}
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="min-h-6 text-accent-text underline-offset-2 hover:underline"
      >
        {whyAssigned ? 'Why?' : 'Why nobody yet?'}
      </button>
      {open && <DecisionDialog detail={detail} onClose={() => setOpen(false)} />}
    </div>
  );
}

function DecisionDialog({ detail, onClose }: { detail: TicketDetail; onClose: () => void }) {
  const decision = useDecision(detail.ticket._id);
  const title = detail.ticket.assigneeId === undefined ? 'Why nobody yet' : 'Why this assignee';
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={decision?.winnerName ? `Why ${decision.winnerName}` : title}
      description={
        decision
          ? `Decided by ${modeWords[decision.mode]} at the moment it was due.`
          : decision === undefined
            ? 'Looking it up…'
            : 'No automatic decision was made for this ticket.'
      }
    >
      {decision && (
        <table className="w-full text-left text-sm">
          <thead className="text-xs text-ink-3">
            <tr>
              <th className="py-1 font-medium">Operator</th>
              <th className="font-medium">Load</th>
              <th className="font-medium">Result</th>
            </tr>
          </thead>
          <tbody>
            {decision.candidates.map((candidate) => (
              <tr key={candidate.memberId} className="border-t border-line">
                <td className="py-1.5">{candidate.name}</td>
                <td className="tabular-nums">
                  {candidate.load} of {candidate.limit}
                </td>
                <td className="text-ink-2">
                  {candidate.memberId === decision.winnerId
                    ? 'Chosen'
                    : candidate.skipped
                      ? skipWords[candidate.skipped]
                      : 'Could have had it'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Dialog>
  );
}
