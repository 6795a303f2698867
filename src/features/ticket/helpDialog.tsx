import { mostHelp } from '../../../convex/shared/tickets/help';
import type { Id } from '../../../convex/_generated/dataModel';
import { useMembers } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { type TicketDetail, useAskForHelp } from '../../convex/tickets';
import { textOf, useSubmit } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Field, FormError, NativeSelect, TextInput } from '../../ui/field';
import type { Opens } from '../../ui/later';
import { notify } from '../../ui/toast';

export interface HelpProps extends Opens {
  detail: TicketDetail;
}

/** [B6] Asks somebody into the ticket, with a line of why. */
export function HelpDialog({ detail, open, onOpenChange }: HelpProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Ask for help"
      description="It stands on the board and in the row of this ticket, and whoever you ask is told. The customer sees nothing of it."
    >
      <HelpForm detail={detail} onClose={() => onOpenChange(false)} />
    </Dialog>
  );
}

function HelpForm({ detail, onClose }: { detail: TicketDetail; onClose: () => void }) {
  const { teamId, memberId: me } = useMembership();
  const others = useMembers()?.filter(({ memberId }) => memberId !== me) ?? [];
  const ask = useAskForHelp();
  const { error, isBusy, form } = useSubmit(async (data) => {
    const of = textOf(data, 'of');
    const memberId = of === '' ? null : (of as Id<'members'>);
    await ask({ teamId, ticketId: detail.ticket._id, memberId, why: textOf(data, 'why') });
    onClose();
    const asked = others.find((each) => each.memberId === memberId)?.name ?? 'The managers';
    notify(`${asked} ${memberId === null ? 'are' : 'is'} told.`);
  });
  return (
    <form aria-busy={isBusy} {...form}>
      <fieldset disabled={isBusy} className="flex min-w-0 flex-col gap-4">
        <Field label="What do you need?" hint="One line.">
          <TextInput
            name="why"
            required
            autoFocus
            autoComplete="off"
            maxLength={mostHelp.why}
            defaultValue={detail.ticket.help?.why}
          />
        </Field>
        <Field label="Whom do you ask?">
          <NativeSelect name="of" aria-label="Whom do you ask?" defaultValue="">
            <option value="">Whoever manages</option>
            {others.map(({ memberId, name }) => (
              <option key={memberId} value={memberId}>
                {name}
              </option>
            ))}
          </NativeSelect>
        </Field>
        <FormError text={error} />
        <div className="flex justify-end gap-2">
          <Button size="medium" onClick={onClose}>
            Cancel
          </Button>
          <Button size="medium" tone="primary" type="submit">
            Ask for help
          </Button>
        </div>
      </fieldset>
    </form>
  );
}
