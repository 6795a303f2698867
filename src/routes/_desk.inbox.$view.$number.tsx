import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { TicketPane } from '../features/ticket/ticketPane';

export const Route = createFileRoute('/_desk/inbox/$view/$number')({
  component: function Ticket() {
    const { view, number } = Route.useParams();
    const navigate = useNavigate();
    return (
      <TicketPane
        number={Number(number)}
        onClose={() => void navigate({ to: '/inbox/$view', params: { view } })}
      />
    );
  },
});
