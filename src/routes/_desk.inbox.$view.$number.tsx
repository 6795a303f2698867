import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { use } from 'react';
import { OpenTicketContext } from '../features/inbox/openTicket';
import { TicketPane } from '../features/ticket/ticketPane';

export const Route = createFileRoute('/_desk/inbox/$view/$number')({
  component: function Ticket() {
    const { view, number } = Route.useParams();
    const open = use(OpenTicketContext);
    const navigate = useNavigate();
    return (
      <TicketPane
        number={open ?? Number(number)}
        onClose={() => void navigate({ to: '/inbox/$view', params: { view }, search: true })}
      />
    );
  },
});
