import { useState } from 'react';
import { useAction } from '../../actions/registry';
import { ActionButton } from '../../actions/actionButton';
import { type Person, type PersonPart, usePerson, useUnmergeCustomer } from '../../convex/customers';
import { useMembership } from '../../convex/session';
import type { TicketDetail } from '../../convex/tickets';
import { describeError } from '../../lib/errors';
import { formatFull } from '../../lib/time';
import { Button } from '../../ui/button';
import { notify } from '../../ui/toast';
import { IdentityRow } from './identityRow';
import { MergeDialog } from './mergeDialog';

/** [M9] By what this person is known on every channel, how far each is proven, and who else they may be. */
export function KnownBy({ detail }: { detail: TicketDetail }) {
  const person = usePerson(detail.customer._id);
  /** Whom to look at; '' : somebody who is looked for. */
  const [other, setOther] = useState<Person['customerId'] | '' | null>(null);
  useAction('ticket.sameCustomer', { run: () => setOther('') });
  if (!person) return null;
  const { parts, hasMore, suggestions } = person;
  const isOne = parts.length === 1;
  return (
    <section aria-label="Known by" className="mt-4 border-t border-line pt-3 text-sm">
      <h3 className="font-semibold">Known by</h3>
      {parts.map((part) => (
        <Part key={part.customerId} part={part} isOne={isOne} detail={detail} />
      ))}
      {hasMore && <p className="mt-1 text-xs text-ink-3">They came as more customers than are shown here.</p>}
      {suggestions.map(({ customerId, name, address }) => (
        <div key={customerId} className="mt-2 rounded-md bg-warn-soft px-2.5 py-2">
          <p className="wrap-anywhere">
            <bdi>{address}</bdi> is only claimed here; <bdi className="font-medium">{name}</bdi> has proven
            it. Are they the same?
          </p>
          <Button className="mt-1.5" onClick={() => setOther(customerId)}>
            Compare…
          </Button>
        </div>
      ))}
      <div className="mt-2">
        <ActionButton action="ticket.sameCustomer" tone="quiet" className="-mx-2.5">
          Same as another customer…
        </ActionButton>
      </div>
      {other !== null && (
        <MergeDialog
          detail={detail}
          asked={other === '' ? null : other}
          open
          onOpenChange={(open) => !open && setOther(null)}
        />
      )}
    </section>
  );
}

/** One of those that are this person. */
function Part({ part, isOne, detail }: { part: PersonPart; isOne: boolean; detail: TicketDetail }) {
  const { identities, name, merged, customerId } = part;
  const isHere = customerId === detail.customer._id;
  return (
    <div className={isOne ? '' : 'mt-2 border-l-2 border-line-strong pl-2.5'}>
      {!isOne && (
        <p className="font-medium wrap-anywhere">
          <bdi>{name}</bdi>
          {isHere && <span className="font-normal text-ink-3"> · this conversation</span>}
        </p>
      )}
      {identities.length === 0 && <p className="text-ink-3">Nothing but this chat.</p>}
      <dl>
        {identities.map((identity) => (
          <IdentityRow key={`${identity.kind} ${identity.value} ${identity.proof}`} {...identity} />
        ))}
      </dl>
      {merged && <MergedLine merged={merged} customerId={customerId} detail={detail} />}
    </div>
  );
}

interface MergedProps {
  merged: NonNullable<PersonPart['merged']>;
  customerId: PersonPart['customerId'];
  detail: TicketDetail;
}

/** Who said that they are the same, and the way back. */
function MergedLine({ merged, customerId, detail }: MergedProps) {
  const { teamId } = useMembership();
  const unmerge = useUnmergeCustomer();
  const { conversationId } = detail.ticket;
  const separate = () =>
    unmerge({ teamId, customerId, conversationId }).then(
      () => notify('Two customers again, as they were.'),
      (error: unknown) => notify(describeError(error), { tone: 'bad' }),
    );
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-xs text-ink-3">
      <span>
        Merged by {merged.byName}, {formatFull(merged.at)}
      </span>
      <Button tone="quiet" onClick={() => void separate()}>
        Separate
      </Button>
    </p>
  );
}
