import type { SkipReason } from '../../../convex/shared/routing/routing';
import { type TicketDetail, useDecision, useWhyNotAssigned } from '../../convex/tickets';
import { useNow } from '../../lib/useNow';
import { Dialog } from '../../ui/dialog';
import type { Opens } from '../../ui/later';
import { modeWords } from './modeWords';

const skipWords: Record<SkipReason, string> = {
  mayNotReply: 'May not reply',
  offline: 'Offline',
  away: 'Away',
  busy: 'Busy',
  disconnected: 'Not connected',
  atLimit: 'At the limit',
  notPickedUp: 'Did not pick it up in time: others come first',
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
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
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
