/** Why a ticket went to somebody, or to nobody yet: who could have had it, and why not (docs/rules.md A5). */
import type { SkipReason } from '../../convex/shared/routing/routing';
import { Dialog } from './dialog';

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

interface Why {
  because: keyof typeof becauseWords;
  candidates: Candidate[];
}

/** `why`: undefined while it is looked up. */
export function NotYetDialog({ why, onClose }: { why: Why | undefined; onClose: () => void }) {
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

export function Candidates({ candidates, chosen }: { candidates: Candidate[]; chosen?: string | undefined }) {
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
