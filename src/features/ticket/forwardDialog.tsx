import { useState } from 'react';
import { addressesOf } from '../../../convex/shared/mail/forwards';
import { useForward, useReplyWays } from '../../convex/threads';
import type { TicketDetail } from '../../convex/tickets';
import { useLatest } from '../../lib/useLatest';
import { textOf, useSubmit } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Field, TextArea, TextInput } from '../../ui/field';
import type { Opens } from '../../ui/later';
import { notify } from '../../ui/toast';
import type { Forwarded } from './forwardMail';

export interface ForwardProps extends Opens {
  detail: TicketDetail;
  asked: Forwarded | null;
}

/** [M3] To somebody outside, with a note; what they answer is shown here, to the team alone. */
export function ForwardDialog({ detail, asked, open, onOpenChange }: ForwardProps) {
  const onClose = () => onOpenChange(false);
  const what = useLatest(asked ?? undefined) ?? 'conversation';
  const subject = what === 'conversation' ? '' : what.mail?.subject;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Forward"
      description={
        what === 'conversation'
          ? 'The newest messages go below your note, with their files.'
          : `The mail “${subject || 'no subject'}” goes below your note, with its files.`
      }
    >
      <ForwardForm detail={detail} what={what} onClose={onClose} />
    </Dialog>
  );
}

function ForwardForm({
  detail,
  what,
  onClose,
}: {
  detail: TicketDetail;
  what: Forwarded;
  onClose: () => void;
}) {
  const { conversationId } = detail.ticket;
  const forward = useForward();
  const staysHere = useLatest(useReplyWays(conversationId))?.addresses[0]?.leaves === false;
  // The same at each try: pressed twice, it goes once.
  const [clientMessageId] = useState(() => crypto.randomUUID());
  const { error, isBusy, form } = useSubmit(async (data) => {
    const to = addressesOf(textOf(data, 'to'));
    const note = textOf(data, 'note');
    const about = what === 'conversation' ? {} : { entryId: what._id };
    await forward({ conversationId, to, note, clientMessageId, ...about });
    onClose();
    notify(`Forwarded to ${to.join(', ')}.`);
  });
  return (
    <form aria-busy={isBusy} {...form}>
      <fieldset disabled={isBusy} className="flex min-w-0 flex-col gap-4">
        <Field label="To" hint="Up to 10 addresses, with commas. Each gets a mail of its own.">
          <TextInput name="to" required autoFocus autoComplete="off" />
        </Field>
        <Field label="Note" hint="What they answer is shown in this ticket, to the team alone.">
          <TextArea name="note" rows={4} maxLength={20_000} />
        </Field>
        {staysHere && (
          <p className="text-sm text-bad">
            Nothing leaves this desk: no key is connected. It can be read in Settings, Outbox.
          </p>
        )}
        <p role="alert" className="text-sm text-bad wrap-anywhere empty:hidden">
          {error}
        </p>
        <div className="flex justify-end gap-2">
          <Button size="medium" onClick={onClose}>
            Cancel
          </Button>
          <Button size="medium" tone="primary" type="submit">
            Forward
          </Button>
        </div>
      </fieldset>
    </form>
  );
}
