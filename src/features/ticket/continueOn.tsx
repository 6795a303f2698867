import { useState } from 'react';
import { useChannels } from '../../convex/channels';
import { useTelegramLink } from '../../convex/threads';
import type { TicketDetail } from '../../convex/tickets';
import { describeError } from '../../lib/errors';
import { Button } from '../../ui/button';
import { copy } from '../../ui/copy';
import { notify } from '../../ui/toast';

/** [M8] A link to send to the customer: whoever opens it goes on with this conversation on Telegram. */
export function ContinueOn({ detail: { ticket, customerChannel } }: { detail: TicketDetail }) {
  const makeLink = useTelegramLink();
  const [isBusy, setIsBusy] = useState(false);
  const hasBot = useChannels()?.some(
    ({ kind, active, telegram }) => kind === 'telegram' && active && telegram,
  );
  if (!hasBot || customerChannel === 'telegram' || customerChannel === 'api') return null;
  async function give() {
    setIsBusy(true);
    try {
      const link = await makeLink({ conversationId: ticket.conversationId });
      if (link === null)
        notify('No Telegram bot is connected: a manager connects one in Settings, Channels.');
      else
        await copy(
          link,
          'Copied. It holds for an hour, for whoever opens it first: send it to the customer alone.',
        );
    } catch (error) {
      notify(describeError(error), { tone: 'bad' });
    }
    setIsBusy(false);
  }
  return (
    <div className="mt-2">
      <Button tone="quiet" className="-mx-2.5" disabled={isBusy} onClick={() => void give()}>
        Copy a link to Telegram
      </Button>
    </div>
  );
}
