import { type KeyboardEvent, useState } from 'react';
import {
  type FoundPerson,
  type MergePreview,
  useFindOthers,
  useMergeCustomers,
  useMergePreview,
  useUnmergeCustomer,
} from '../../convex/customers';
import { useMembership } from '../../convex/session';
import type { TicketDetail } from '../../convex/tickets';
import { describeError } from '../../lib/errors';
import { useLatest } from '../../lib/useLatest';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextInput } from '../../ui/field';
import type { Opens } from '../../ui/later';
import { notify } from '../../ui/toast';
import { IdentityRow } from './identityRow';

type CustomerId = FoundPerson['customerId'];

interface Props extends Opens {
  detail: TicketDetail;
  /** Who was suggested; null: somebody is looked for. */
  asked: CustomerId | null;
}

/** [M9] Says that two customers are one person: who, what follows, and the act; it can be taken back. */
export function MergeDialog({ detail, asked, open, onOpenChange }: Props) {
  const [otherId, setOtherId] = useState(asked);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Same as another customer"
      description="For the team they are one from then on. It can be taken back at any time, and both are as they were."
    >
      {otherId === null ? (
        <Finder detail={detail} onChoose={setOtherId} />
      ) : (
        <Compare
          detail={detail}
          otherId={otherId}
          onBack={() => setOtherId(null)}
          onClose={() => onOpenChange(false)}
        />
      )}
    </Dialog>
  );
}

const listId = 'others';

/** By a name, an address, a number or a ticket; walked by the arrows. */
function Finder({ detail, onChoose }: { detail: TicketDetail; onChoose: (id: CustomerId) => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const answer = useFindOthers(detail.customer._id, text);
  const found = useLatest(answer?.value) ?? [];
  const shown = text.trim() === '' ? [] : found;
  const current = shown[Math.min(at, shown.length - 1)];
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, () => void> = {
      ArrowDown: () => setAt(Math.min(at + 1, shown.length - 1)),
      ArrowUp: () => setAt(Math.max(at - 1, 0)),
      Enter: () => current && onChoose(current.customerId),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  };
  return (
    <>
      <TextInput
        role="combobox"
        aria-label="Name, address, number or ticket"
        aria-expanded={shown.length > 0}
        aria-controls={listId}
        aria-activedescendant={current && `other-${current.customerId}`}
        placeholder="Name, address, number or ticket"
        autoFocus
        autoComplete="off"
        value={text}
        maxLength={200}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={listId} role="listbox" aria-label="Customers" className="mt-2 min-h-11">
        {shown.map((person) => (
          <Choice
            key={person.customerId}
            person={person}
            isCurrent={person === current}
            onChoose={() => onChoose(person.customerId)}
          />
        ))}
      </div>
      <p role="status" className="text-sm text-ink-3 empty:hidden">
        {answer?.error !== undefined && describeError(answer.error)}
        {answer?.value?.length === 0 && 'Nobody else is known by that.'}
      </p>
    </>
  );
}

interface ChoiceProps {
  person: FoundPerson;
  isCurrent: boolean;
  onChoose: () => void;
}

function Choice({ person: { customerId, name, address }, isCurrent, onChoose }: ChoiceProps) {
  return (
    <div
      id={`other-${customerId}`}
      role="option"
      aria-selected={isCurrent}
      onClick={onChoose}
      className={`flex min-h-11 cursor-pointer items-center gap-2 rounded-md px-2 text-sm hover:bg-hover ${isCurrent ? 'bg-hover' : ''}`}
    >
      <Avatar name={name} size={24} />
      <bdi className="min-w-0 truncate font-medium">{name}</bdi>
      {address !== null && address !== name && (
        <bdi className="min-w-0 truncate text-xs text-ink-3">{address}</bdi>
      )}
    </div>
  );
}

interface CompareProps {
  detail: TicketDetail;
  otherId: CustomerId;
  onBack: () => void;
  onClose: () => void;
}

/** What would be shown of both, and the act. */
function Compare({ detail, otherId, onBack, onClose }: CompareProps) {
  const { teamId } = useMembership();
  const { conversationId } = detail.ticket;
  const customerId = detail.customer._id;
  const answer = useMergePreview(customerId, otherId);
  const merge = useMergeCustomers();
  const unmerge = useUnmergeCustomer();
  const [isBusy, setIsBusy] = useState(false);
  const preview = answer?.value;
  const fail = (error: unknown) => notify(describeError(error), { tone: 'bad' });
  async function confirm({ from }: MergePreview) {
    setIsBusy(true);
    try {
      await merge({ teamId, customerId, otherId, conversationId });
      onClose();
      const undo = () => void unmerge({ teamId, customerId: from.customerId, conversationId }).catch(fail);
      notify('One customer now.', { action: { label: 'Undo', run: undo } });
    } catch (error) {
      fail(error);
    }
    setIsBusy(false);
  }
  return (
    <>
      {answer?.error !== undefined && (
        <p role="alert" className="text-sm text-bad">
          {describeError(answer.error)}
        </p>
      )}
      {preview && (
        <>
          <Side label="Both are shown as" side={preview.into} />
          <Side label="Shown there, too" side={preview.from} />
          <p className="mt-3 text-sm text-ink-2">
            Conversations and addresses stay whose they are: what comes in later belongs to whoever it came
            from, and nothing of one is shown to the other.
          </p>
        </>
      )}
      <div className="mt-4 flex justify-end gap-2">
        <Button size="medium" autoFocus onClick={onBack}>
          Somebody else…
        </Button>
        <Button
          size="medium"
          tone="primary"
          disabled={!preview || isBusy}
          onClick={() => preview && void confirm(preview)}
        >
          Merge
        </Button>
      </div>
    </>
  );
}

function Side({ label, side }: { label: string; side: MergePreview['into'] }) {
  const { name, identities, conversations, isMore } = side;
  return (
    <section aria-label={label} className="mt-3 rounded-lg border border-line p-3 text-sm">
      <p className="text-xs text-ink-3">{label}</p>
      <p className="flex items-baseline gap-2">
        <bdi className="truncate text-base font-semibold">{name}</bdi>
        <span className="shrink-0 text-xs text-ink-3">
          {conversations}
          {isMore && ' or more'} {conversations === 1 && !isMore ? 'conversation' : 'conversations'}
        </span>
      </p>
      <dl>
        {identities.map((identity) => (
          <IdentityRow key={`${identity.kind} ${identity.value} ${identity.proof}`} {...identity} />
        ))}
      </dl>
    </section>
  );
}
