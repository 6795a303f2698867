import type { TicketDetail } from '../../convex/tickets';
import type { Opens } from '../../ui/later';
import { ReopenDialog } from './reopenDialog';
import { ResolveDialog } from './resolveDialog';
import { StealDialog } from './stealDialog';
import type { TicketActions } from './ticketActions';

export interface TicketDialogsProps extends Opens {
  detail: TicketDetail;
  actions: TicketActions;
}

/** What asks before an act on the ticket. Each says by `actions` whether it is open. */
export function TicketDialogs({ detail, actions }: TicketDialogsProps) {
  return (
    <>
      <ResolveDialog detail={detail} actions={actions} />
      <ReopenDialog detail={detail} actions={actions} />
      <StealDialog detail={detail} actions={actions} />
    </>
  );
}
