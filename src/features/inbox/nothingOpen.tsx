import type { ReactNode } from 'react';
import { ActionButton } from '../../actions/actionButton';
import { useChannels } from '../../convex/channels';
import { useMyStatus, useSetStatus } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { useTicketCounts, type View } from '../../convex/ticketLists';
import { describeError } from '../../lib/errors';
import { Button, LinkButton } from '../../ui/button';
import { EmptyState } from '../../ui/states';
import { notify } from '../../ui/toast';
import { hadTickets } from './filled';
import { viewWords } from './words';

/** No ticket is open: what waits elsewhere, or what would make a quiet desk useful. */
export function NothingOpen({ view }: { view: View }) {
  const counts = useTicketCounts();
  if (!counts) return null;
  if (counts.all === 0) return <AllClear />;
  // Of mentions the count is what is not read yet, not what there is.
  const isDone = view !== 'mentions' && counts[view] === 0;
  const done = hadTickets(view) ? 'That was the last one.' : viewWords[view].empty;
  return (
    <EmptyState title={isDone ? done : 'Choose a ticket.'}>
      {view !== 'unassigned' && counts.unassigned > 0 ? (
        <ActionButton action="go.unassigned">{counts.unassigned} unassigned</ActionButton>
      ) : isDone ? (
        <ActionButton action="go.all">{counts.all} open in the team</ActionButton>
      ) : (
        'J and K walk the list.'
      )}
    </EmptyState>
  );
}

function AllClear() {
  const { teamId } = useMembership();
  const status = useMyStatus();
  const setStatus = useSetStatus();
  const goOnline = () =>
    void setStatus({ teamId, status: 'online' }).catch((error) =>
      notify(describeError(error), { tone: 'bad' }),
    );
  const chat = useChannels()?.find((channel) => channel.kind === 'web' && channel.active);
  return (
    <EmptyState title="All clear.">
      <p>The agents are answering. A ticket appears here when a conversation needs a person.</p>
      <div className="mt-5 flex flex-col items-center gap-2.5">
        {status && status.declared !== 'online' && status.declared !== 'offline' && (
          <Step text={`You are ${status.declared}, so new tickets do not go to you.`}>
            <Button tone="primary" onClick={goOnline}>
              Go online
            </Button>
          </Step>
        )}
        {chat && (
          <Step text="Be a customer for a minute.">
            <LinkButton href={`/demo.html?channel=${chat.publicId}`}>Open the demo shop</LinkButton>
          </Step>
        )}
      </div>
    </EmptyState>
  );
}

function Step({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className="flex w-full items-center justify-between gap-4 rounded-lg border border-line px-3 py-2 text-left">
      <span className="text-sm text-ink-2">{text}</span>
      {children}
    </div>
  );
}
