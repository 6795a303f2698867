import { ActionButton } from '../../actions/actionButton';
import { runAction, useAction } from '../../actions/registry';
import { useReplyWays, useSenderActs } from '../../convex/threads';
import type { TicketDetail } from '../../convex/tickets';
import { describeError } from '../../lib/errors';
import { useLatest } from '../../lib/useLatest';
import { notify } from '../../ui/toast';
import { troubleOf } from './ways';

/** [M4] Whether the customer's address is written to and heard, and how to change that. */
export function SenderActs({ detail }: { detail: TicketDetail }) {
  const { conversationId } = detail.ticket;
  const email = useLatest(useReplyWays(conversationId))?.email ?? null;
  const acts = useSenderActs();
  const trouble = email && troubleOf(email);
  const isSpam = email?.suppressed?.isSpam === true;
  const isBlocked = email?.suppressed?.reason === 'blocked';

  async function act(verb: 'block' | 'lift', address: string, said: string, undo?: 'block' | 'lift') {
    try {
      await acts[verb]({ conversationId, address });
      const run = () => void act(undo!, address, 'Undone.');
      notify(said, undo ? { action: { label: 'Undo', run } } : {});
    } catch (error) {
      notify(describeError(error), { tone: 'bad' });
    }
  }

  useAction('ticket.sender', {
    enabled: () => email !== null || 'There is no email address of this customer.',
    run() {
      if (email === null) return;
      const { address } = email;
      if (isSpam) runAction('ticket.notSpam');
      else if (isBlocked) void act('lift', address, `Mail from ${address} is taken in again.`, 'block');
      else if (trouble) void act('lift', address, `The next mail to ${address} is tried again.`);
      else void act('block', address, `Mail from ${address} is not taken in any more.`, 'lift');
    },
  });
  if (email === null) return null;
  return (
    <div className="mt-2 flex flex-col items-start gap-1.5 text-sm">
      {trouble && <p className="text-bad wrap-anywhere">{trouble}</p>}
      <ActionButton
        action="ticket.sender"
        tone={trouble ? 'plain' : 'quiet'}
        className={trouble ? '' : '-mx-2.5'}
      >
        {isSpam ? 'Not spam' : isBlocked ? 'Unblock sender' : trouble ? 'Try again' : 'Block sender'}
      </ActionButton>
    </div>
  );
}
