import { type SubmitEvent, useState } from 'react';
import { useNoteAddress } from '../../convex/threads';
import type { TicketDetail } from '../../convex/tickets';
import { describeError } from '../../lib/errors';
import { Button } from '../../ui/button';
import { notify } from '../../ui/toast';

/** Where a customer told in words where mail reaches them: it counts as claimed, and can be put right until it is proven. */
export function NoteAddress({ detail: { ticket, customer, customerChannel } }: { detail: TicketDetail }) {
  const { conversationId } = ticket;
  const [address, setAddress] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const noteAddress = useNoteAddress();
  const isKnown = customer.email !== null && customer.emailProof !== 'claimed';
  if (isKnown || customerChannel === 'email') return null;
  async function note(event: SubmitEvent) {
    event.preventDefault();
    setIsBusy(true);
    try {
      await noteAddress({ conversationId, address });
      notify(`Noted: mail reaches them at ${address.trim()}, as they say.`);
    } catch (error) {
      notify(describeError(error), { tone: 'bad' });
    }
    setIsBusy(false);
  }
  return (
    <form noValidate onSubmit={(event) => void note(event)} className="mt-2 flex items-center gap-2">
      <input
        type="email"
        aria-label="Note an email address"
        placeholder={customer.email === null ? 'Note an email address' : 'Note another address'}
        value={address}
        maxLength={254}
        onChange={(event) => setAddress(event.target.value)}
        className="h-7 min-w-0 flex-1 rounded-md border border-line-strong bg-transparent px-2 text-sm placeholder:text-ink-3 pointer-coarse:h-11"
      />
      {address.trim() !== '' && (
        <Button type="submit" disabled={isBusy}>
          Note
        </Button>
      )}
    </form>
  );
}
