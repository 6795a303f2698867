import { useState } from 'react';
import type { TicketDetail } from '../../convex/tickets';
import { formatSoon } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { later } from '../../ui/later';
import { modeWords } from './modeWords';

const Decision = later(async () => (await import('./decisionDialog')).DecisionDialog);

/** [A5] One line of why; the whole decision behind it. */
export function WhyAssigned({ detail }: { detail: TicketDetail }) {
  const [open, setOpen] = useState(false);
  const now = useNow();
  const { whyAssigned, ticket, pickUpBy } = detail;
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
      {pickUpBy !== null && (
        <span className="block">Not opened yet: back to the pool {formatSoon(pickUpBy, now)}</span>
      )}
      <Decision open={open} onOpenChange={setOpen} detail={detail} />
    </div>
  );
}
