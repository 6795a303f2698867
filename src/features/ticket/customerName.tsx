import { Pencil } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { useCall } from '../../convex/customers';
import type { TicketDetail } from '../../convex/tickets';
import { describeError } from '../../lib/errors';
import { takesAtMost } from '../../lib/typing';
import { IconButton } from '../../ui/button';
import { Claimed } from '../../ui/claimed';
import { notify } from '../../ui/toast';
import { Verified } from './proof';

type Customer = TicketDetail['customer'];

/** What the team calls the customer, changed in place: nobody but the team sees the name it gives. */
export function CustomerName({ customer, isClaimed }: { customer: Customer; isClaimed: boolean }) {
  const [is, setIs] = useState<'shown' | 'changing' | 'left by a key'>('shown');
  if (is === 'changing')
    return <NameField customer={customer} onEnd={(isByKey) => setIs(isByKey ? 'left by a key' : 'shown')} />;
  const { called, email, isNamed, isNameOurs, isNameProven } = customer;
  const isClaim = isClaimed && isNamed && !isNameOurs && !isNameProven;
  return (
    <p className="flex items-center gap-1.5 text-base font-semibold">
      <bdi
        className="truncate"
        // Longer than there is room for, at times.
        title={isNamed || email !== null ? called : 'They have not said who they are.'}
      >
        {called}
      </bdi>
      {isClaim && <Claimed what="name" />}
      {isNameProven && !isNameOurs && <Verified />}
      <IconButton
        label="Change what the team calls them"
        autoFocus={is === 'left by a key'}
        onClick={() => setIs('changing')}
      >
        <Pencil size={14} />
      </IconButton>
    </p>
  );
}

function NameField({ customer, onEnd }: { customer: Customer; onEnd: (isByKey: boolean) => void }) {
  const call = useCall();
  const { called, isNamed, isNameOurs } = customer;
  const before = isNamed ? called : '';
  const [name, setName] = useState(before);
  function keep(isByKey: boolean) {
    onEnd(isByKey);
    if (name.trim() === before) return;
    call({ customerId: customer._id, name: name.trim() || null }).catch((error: unknown) =>
      notify(describeError(error), { tone: 'bad' }),
    );
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Enter') keep(true);
    else onEnd(true);
  }
  return (
    <input
      // The press on the button asked for it.
      ref={(input) => input?.focus()}
      aria-label="What the team calls them"
      // What emptying it leads to; who has the team's name may never have said their own.
      placeholder={!isNamed ? called : isNameOurs ? "As without the team's name" : 'As they call themselves'}
      value={name}
      onInput={takesAtMost(100)}
      onChange={(event) => setName(event.target.value)}
      onBlur={() => keep(false)}
      onKeyDown={onKeyDown}
      className="h-7 w-full rounded-md border border-line-strong bg-transparent px-2 text-base font-semibold placeholder:text-ink-3 pointer-coarse:h-11"
    />
  );
}
