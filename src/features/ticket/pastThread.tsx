import { useMemo } from 'react';
import { type PastConversation } from '../../convex/customers';
import { useConversationHead, useThread } from '../../convex/threads';
import type { TicketDetail } from '../../convex/tickets';
import { formatFull } from '../../lib/time';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import type { Opens } from '../../ui/later';
import { channelWords } from './channelWords';
import { MessageItem } from './messageItem';
import { buildThread } from './threadItems';

interface Props extends Opens {
  past: PastConversation;
  detail: TicketDetail;
}

/** A conversation that the agent has had alone, to be read. */
export function PastThread({ past, open, onOpenChange }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={past.subject || 'With the agent alone'}
      description={`${channelWords[past.channel]}, began ${formatFull(past.startedAt)}. It has no ticket: no person was needed.`}
    >
      <Messages conversationId={past.conversationId} />
    </Dialog>
  );
}

function Messages({ conversationId }: Pick<PastConversation, 'conversationId'>) {
  const head = useConversationHead(conversationId);
  return head ? <Read conversationId={conversationId} lastSequence={head.lastSequence} /> : <p>Reading…</p>;
}

function Read({
  conversationId,
  lastSequence,
}: {
  conversationId: PastConversation['conversationId'];
  lastSequence: number;
}) {
  const { entries, loadOlder } = useThread(conversationId, lastSequence);
  const items = useMemo(() => buildThread(entries ?? [], []), [entries]);
  return (
    <div role="log" aria-label="Earlier conversation" tabIndex={0}>
      {loadOlder && (
        <Button tone="quiet" onClick={loadOlder}>
          Show older messages
        </Button>
      )}
      {items.map(
        (item) =>
          item.type === 'message' && (
            <MessageItem
              key={item.key}
              entry={item.entry}
              startsGroup={item.startsGroup}
              showsSubject={item.showsSubject}
              line={item.line}
              isNameProven={false}
            />
          ),
      )}
    </div>
  );
}
