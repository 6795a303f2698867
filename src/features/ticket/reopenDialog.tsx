import type { TicketDetail } from '../../convex/tickets';
import { Confirm } from '../../ui/dialog';
import type { TicketActions } from './ticketActions';

/** [T4] A word before what the customer has heard the end of begins again. */
export function ReopenDialog({ detail, actions }: { detail: TicketDetail; actions: TicketActions }) {
  const { ticket, agent } = detail;
  return (
    <Confirm
      open={actions.asksReopen}
      onOpenChange={actions.setAsksReopen}
      title={`Reopen ticket #${ticket.number}?`}
      description={`The customer was told that ${agent.name} answers from here. It does so until somebody takes over; the ticket waits for a person again.`}
      confirm="Reopen"
      keep={`Keep it ${ticket.status}`}
      onConfirm={() => void actions.reopen()}
    />
  );
}
