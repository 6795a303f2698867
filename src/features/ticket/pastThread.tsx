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
export function PastThread({ past, detail, open, onOpenChange }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={past.subject || 'With the agent alone'}
      description={`${channelWords[past.channel]}, began ${formatFull(past.startedAt)}. It has no ticket: no person was needed.`}
    >
      <Messages conversationId={past.conversationId} isNameOurs={detail.customer.isNameOurs} />
    </Dialog>
  );
}

interface Past {
  conversationId: PastConversation['conversationId'];
  isNameOurs: boolean;
}

function Messages(past: Past) {
  const head = useConversationHead(past.conversationId);
  return head ? <Read {...past} lastSequence={head.lastSequence} /> : <p>Reading…</p>;
}

function Read({ conversationId, isNameOurs, lastSequence }: Past & { lastSequence: number }) {
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
              isNameProven={isNameOurs}
            />
          ),
      )}
    </div>
  );
}
