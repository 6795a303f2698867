/** "Send again": a new message that says what one said that never reached the customer (docs/rules.md M2). */
import { useCallback, useRef } from 'react';
import { useMembership } from '../../convex/session';
import { type Entry, useSendAgain as useSend } from '../../convex/threads';
import { describeError, sentenceFor } from '../../lib/errors';
import { notify } from '../../ui/toast';

interface OfThread {
  control: { epoch: number };
  lastSequence: number;
}

export function useSendAgain(detail: OfThread): (entry: Entry) => void {
  const { teamId } = useMembership();
  const send = useSend();
  const now = useRef(detail);
  now.current = detail;
  return useCallback(
    ({ _id: entryId }) => {
      const { control, lastSequence } = now.current;
      send({ teamId, entryId, epoch: control.epoch, seenThrough: lastSequence }).then(
        (outcome) => {
          if ('refused' in outcome) notify(sentenceFor(outcome.refused, outcome), { tone: 'bad' });
          // Pressed once more it is sent no second time.
          else if (outcome.sent.sequence <= lastSequence) notify('It was sent again before: see below.');
        },
        (error: unknown) => notify(describeError(error), { tone: 'bad' }),
      );
    },
    [teamId, send],
  );
}
