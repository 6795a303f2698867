import { useNavigate } from '@tanstack/react-router';
import { useTicketCounts, type View } from '../../convex/tickets';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/states';

/** No ticket is open: what waits elsewhere, and one way to it. */
export function NothingOpen({ view }: { view: View }) {
  const counts = useTicketCounts();
  const navigate = useNavigate();
  if (!counts) return null;
  const elsewhere = view !== 'unassigned' && counts.unassigned > 0;
  return (
    <EmptyState title={counts.all === 0 ? 'All clear.' : 'Choose a ticket.'}>
      {elsewhere ? (
        <Button
          onClick={() => void navigate({ to: '/inbox/$view', params: { view: 'unassigned' } })}
          keys="g u"
        >
          {counts.unassigned} unassigned
        </Button>
      ) : counts.all === 0 ? (
        'The agents are answering. A ticket appears here when a conversation needs a person.'
      ) : (
        'J and K walk the list.'
      )}
    </EmptyState>
  );
}
