import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { useTakeOverConversation } from '../../convex/search';
import { useMembership } from '../../convex/session';
import { describeError } from '../../lib/errors';
import { notify } from '../../ui/toast';

/** [C4] Before any handover, too: that opens a ticket, and one goes on to it. */
export function useTakeOverLive() {
  const { teamId } = useMembership();
  const navigate = useNavigate();
  const takeOver = useTakeOverConversation();
  return useCallback(
    (conversationId: Id<'conversations'>) =>
      void takeOver({ teamId, conversationId }).then(
        ({ number }) =>
          navigate({ to: '/inbox/$view/$number', params: { view: 'mine', number: String(number) } }),
        (error: unknown) => notify(describeError(error), { tone: 'bad' }),
      ),
    [teamId, navigate, takeOver],
  );
}
