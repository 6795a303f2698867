import type { FoundThread } from '../../convex/search';
import { useTakeOverConversation } from '../../convex/search';
import { useMembership } from '../../convex/session';
import { describeError } from '../../lib/errors';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/states';
import { notify } from '../../ui/toast';

interface Props {
  thread: FoundThread;
  onTicket: (number: number) => void;
}

/** A conversation that the agent has had alone: whoever wants it takes it over, which opens a ticket (C4). */
export function NoTicket({ thread: { conversationId, customerName, subject }, onTicket }: Props) {
  const { teamId } = useMembership();
  const takeOver = useTakeOverConversation();
  const take = () =>
    takeOver({ teamId, conversationId }).then(
      ({ number }) => onTicket(number),
      (error: unknown) => notify(describeError(error), { tone: 'bad' }),
    );
  return (
    <EmptyState title={subject || customerName || 'A conversation without a ticket'}>
      <p>
        The agent has had this conversation alone, so there is no ticket. Taking over opens one, and the agent
        pauses.
      </p>
      <Button tone="primary" className="mt-4" onClick={() => void take()}>
        Take over
      </Button>
    </EmptyState>
  );
}
