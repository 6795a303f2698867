/** "Send again": a new message with the text of one that never reached the customer (docs/rules.md M2). */
import { useCallback, useRef } from 'react';
import { useMembership } from '../../convex/session';
import { type Entry, useReply } from '../../convex/threads';
import type { TicketDetail } from '../../convex/tickets';
import { describeError, sentenceFor } from '../../lib/errors';
import { notify } from '../../ui/toast';

export function useSendAgain(detail: TicketDetail): (entry: Entry) => void {
  const { teamId } = useMembership();
  const reply = useReply();
  const now = useRef(detail);
  now.current = detail;
  return useCallback(
    (entry) => {
      const { ticket, control, lastSequence, customerChannel } = now.current;
      const isBeside = entry.channel === 'email' && customerChannel !== 'email';
      const message = {
        teamId,
        conversationId: ticket.conversationId,
        text: entry.text ?? '',
        // The same each time: pressed twice, it is sent once.
        clientMessageId: `again-${entry._id}`,
        epoch: control.epoch,
        seenThrough: lastSequence,
        ...(isBeside && { byMail: {} }),
        ...(entry.withoutCopyTo && { withoutCopyTo: entry.withoutCopyTo }),
      };
      reply(message).then(
        (outcome) => {
          if ('refused' in outcome) notify(sentenceFor(outcome.refused, outcome), { tone: 'bad' });
        },
        (error: unknown) => notify(describeError(error), { tone: 'bad' }),
      );
    },
    [teamId, reply],
  );
}
