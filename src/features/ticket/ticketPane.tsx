import { useState } from 'react';
import { useAction } from '../../actions/registry';
import { type TicketDetail, useTicket } from '../../convex/tickets';
import { useLatest } from '../../lib/useLatest';
import { EmptyState, ErrorPane, Skeleton } from '../../ui/states';
import { Composer } from './composer';
import { ControlBar } from './controlBar';
import { CustomerPanel } from './customerPanel';
import { ResolveDialog } from './resolveDialog';
import { StealDialog } from './stealDialog';
import { Thread } from './thread';
import { TicketHeader } from './ticketHeader';
import { useTicketActions } from './ticketActions';

interface Props {
  number: number;
  onClose: () => void;
}

/** One ticket: its header, who speaks now, the whole conversation, and where to write. */
export function TicketPane({ number, onClose }: Props) {
  const detail = useLatest(useTicket(number));
  if (detail === undefined) return <PaneSkeleton />;
  if (detail === null) return <EmptyState title={`There is no ticket #${number} here.`} />;
  return (
    <ErrorPane what="This conversation" resetKey={String(number)}>
      <OpenTicket key={detail.ticket._id} detail={detail} onClose={onClose} />
    </ErrorPane>
  );
}

function OpenTicket({ detail, onClose }: { detail: TicketDetail; onClose: () => void }) {
  const actions = useTicketActions(detail);
  const [showsPanel, setShowsPanel] = useState(() => matchMedia('(min-width: 1280px)').matches);
  useAction('ticket.panel', { run: () => setShowsPanel((shown) => !shown) });
  useAction('desk.back', {
    run: () => {
      const focused = document.activeElement;
      // One step at a time: out of the field first, then out of the ticket.
      if (focused instanceof HTMLElement && focused.closest('[data-region=thread] form')) {
        document.querySelector<HTMLElement>('[data-thread]')?.focus();
      } else onClose();
    },
  });

  return (
    <div className="flex h-full min-h-0">
      <section
        aria-label={`Ticket #${detail.ticket.number}`}
        data-region="thread"
        className="flex min-h-0 min-w-0 flex-1 flex-col"
      >
        <TicketHeader detail={detail} actions={actions} onClose={onClose} />
        <ControlBar detail={detail} actions={actions} />
        <Thread detail={detail} />
        <Composer detail={detail} actions={actions} />
      </section>
      {showsPanel && <CustomerPanel detail={detail} actions={actions} onClose={() => setShowsPanel(false)} />}
      <ResolveDialog detail={detail} actions={actions} />
      <StealDialog detail={detail} actions={actions} />
    </div>
  );
}

function PaneSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading the ticket" className="space-y-4 p-5">
      <Skeleton className="h-5 w-1/3" />
      <Skeleton className="h-16 w-2/3" />
      <Skeleton className="ml-auto h-16 w-1/2" />
    </div>
  );
}
