import { Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { ActionButton } from '../../actions/actionButton';
import { useMembers } from '../../convex/members';
import { useWatched, type WatchedConversation } from '../../convex/liveConversations';
import { IconButton } from '../../ui/button';
import { OthersText } from '../../ui/othersText';
import { ErrorPane, Skeleton } from '../../ui/states';
import { Thread } from './thread';

interface Props {
  conversationId: Id<'conversations'>;
  onClose: () => void;
  /** Why one looks at it. */
  children: ReactNode;
}

/**
 * A conversation that is read while its agent answers, with a ticket or without; who wants to write takes over. Which one stands in the
 * address: there may be no such, or another team's.
 */
export function WatchPane(props: Props) {
  return (
    <ErrorPane what="This conversation" resetKey={props.conversationId}>
      <Watched {...props} />
    </ErrorPane>
  );
}

function Watched({ conversationId, onClose, children }: Props) {
  const watched = useWatched(conversationId);
  if (!watched) return <Skeleton className="m-5 h-16" />;
  return (
    <section aria-label="Conversation" data-region="thread" className="flex h-full min-h-0 min-w-0 flex-col">
      <header className="flex min-h-12 shrink-0 items-center gap-2 border-b border-line px-4 max-md:px-2">
        <IconButton label="Back to the list" onClick={onClose} className="md:hidden">
          <ArrowLeft size={18} />
        </IconButton>
        <h2 dir="auto" className="line-clamp-1 min-w-0 flex-1 text-base font-semibold wrap-anywhere">
          {watched.subject || watched.customer.called}
        </h2>
        {watched.number !== null && (
          <Link
            to="/inbox/$view/$number"
            params={{ view: 'all', number: String(watched.number) }}
            className="flex min-h-6 items-center rounded-md text-sm text-accent-text hover:underline pointer-coarse:min-h-11"
          >
            Open #{watched.number}
          </Link>
        )}
      </header>
      <Speaks watched={watched} />
      {children}
      <Attributes watched={watched} />
      <Thread key={conversationId} detail={{ ...watched, ticket: { conversationId } }} />
    </section>
  );
}

/** Who answers the customer now. */
function Speaks({ watched: { control, agent } }: { watched: WatchedConversation }) {
  const holder = useMembers()?.find(({ memberId }) => memberId === control.operatorId)?.name;
  const isAgent = control.holder === 'agent';
  return (
    <div
      role="status"
      className={`flex min-h-10 shrink-0 items-center gap-2 px-4 py-1 text-sm ${isAgent ? 'bg-ai-soft text-ai' : 'bg-warn-soft text-warn'}`}
    >
      <span aria-hidden>{isAgent ? '✦' : '●'}</span>
      <strong className="min-w-0 flex-1 truncate font-semibold">
        <bdi>{isAgent ? agent.name : (holder ?? 'The team')}</bdi>{' '}
        {isAgent ? 'is answering' : 'holds this now'}
      </strong>
      {isAgent && (
        <ActionButton action="ticket.takeOver" tone="primary">
          Take over
        </ActionButton>
      )}
    </div>
  );
}

/** [P1] What the agent's platform says of it. */
function Attributes({ watched: { attributes } }: { watched: WatchedConversation }) {
  const said = Object.entries(attributes);
  if (said.length === 0) return null;
  return (
    <dl
      aria-label="Attributes"
      className="flex shrink-0 flex-wrap gap-x-4 gap-y-1 border-b border-line px-4 py-2 text-xs"
    >
      {said.map(([name, value]) => (
        <div key={name} className="flex min-w-0 gap-1.5">
          <dt className="text-ink-3">{name}</dt>
          <dd className="min-w-0 wrap-anywhere text-ink-2">
            <OthersText text={typeof value === 'number' ? value.toLocaleString() : String(value)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
