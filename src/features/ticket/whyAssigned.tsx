import { useState } from 'react';
import type { SkipReason } from '../../../convex/shared/routing/routing';
import { type TicketDetail, useDecision, useWhyNotAssigned } from '../../convex/tickets';
import { useNow } from '../../lib/useNow';
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
const becauseWords = {
  assigned: 'Somebody has it now.',
  ended: 'The ticket has ended.',
  snoozed: 'It is snoozed until it wakes.',
  manualMode: 'This team assigns by hand.',
  nobodyEligible: 'Nobody can take it now.',
  aboutToBe: 'It is about to be assigned.',
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
        className="min-h-6 text-accent-text underline-offset-2 hover:underline pointer-coarse:min-h-11"
      >
        {whyAssigned ? 'Why?' : 'Why nobody yet?'}
      </button>
      {open && whyAssigned && <DecisionDialog detail={detail} onClose={() => setOpen(false)} />}
      {open && !whyAssigned && <NotYetDialog detail={detail} onClose={() => setOpen(false)} />}
    </div>
  );
}

interface DialogProps {
  detail: TicketDetail;
  onClose: () => void;
}

function DecisionDialog({ detail, onClose }: DialogProps) {
  const decision = useDecision(detail.ticket._id);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
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
function NotYetDialog({ detail, onClose }: DialogProps) {
  const why = useWhyNotAssigned(detail.ticket._id, Math.floor(useNow(60_000) / 60_000));
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Why nobody yet"
      description={why ? becauseWords[why.because] : 'Looking it up…'}
    >
      {why && why.candidates.length > 0 && <Candidates candidates={why.candidates} />}
    </Dialog>
  );
}

interface Candidate {
  memberId: string;
  name: string;
  load: number;
  limit: number;
  skipped?: SkipReason | undefined;
}

function Candidates({ candidates, chosen }: { candidates: Candidate[]; chosen?: string | undefined }) {
  return (
    <table className="w-full text-left text-sm">
      <thead className="text-xs text-ink-3">
        <tr>
          <th className="py-1 font-medium">Operator</th>
          <th className="font-medium">Load</th>
          <th className="font-medium">Result</th>
        </tr>
      </thead>
      <tbody>
        {candidates.map(({ memberId, name, load, limit, skipped }) => (
          <tr key={memberId} className="border-t border-line">
            <td className="py-1.5">{name}</td>
            <td className="tabular-nums">
              {load} of {limit}
            </td>
            <td className="text-ink-2">
              {memberId === chosen ? 'Chosen' : skipped ? skipWords[skipped] : 'Could have it'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
