import { useState } from 'react';
import type { FieldValue } from '../../../convex/shared/customer/fields';
import {
  type CustomerField,
  type FilledField,
  useCustomerFields,
  useFieldValues,
  useFillIn,
} from '../../convex/customerFields';
import { useMembership } from '../../convex/session';
import type { TicketDetail } from '../../convex/tickets';
import { describeError, refusalOf } from '../../lib/errors';
import { formatAgo } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Button } from '../../ui/button';
import { notify } from '../../ui/toast';
import { FieldControl } from './fieldControl';

/** What the team keeps of this customer: filled in where it stands, each by itself. */
export function CustomerFields({ detail: { customer } }: { detail: TicketDetail }) {
  const fields = useCustomerFields() ?? [];
  const values = useFieldValues(customer._id, fields.length > 0);
  if (fields.length === 0 || values === undefined) return null;
  return (
    <section aria-label="Customer fields" className="mt-4 border-t border-line pt-3">
      <dl>
        {fields.map((field) => (
          <FieldRow
            key={`${customer._id} ${field.fieldId}`}
            field={field}
            filled={values.find(({ fieldId }) => fieldId === field.fieldId)}
            customerId={customer._id}
          />
        ))}
      </dl>
    </section>
  );
}

interface RowProps {
  field: CustomerField;
  filled: FilledField | undefined;
  customerId: TicketDetail['customer']['_id'];
}

function FieldRow({ field, filled, customerId }: RowProps) {
  const { name, fieldId } = field;
  const { teamId } = useMembership();
  const fillIn = useFillIn();
  /** What one meant to put there, when somebody else was quicker. */
  const [late, setLate] = useState<{ value: FieldValue | null; who: string } | null>(null);
  const stored = filled?.value ?? null;

  async function put(value: FieldValue | null, from: FieldValue | null) {
    setLate(null);
    if (value === from) return;
    try {
      await fillIn({ teamId, customerId, fieldId, value, from });
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal?.code === 'FIELD_CHANGED') setLate({ value, who: String(refusal.details.name) });
      else notify(describeError(error), { tone: 'bad' });
    }
  }

  return (
    <div className="flex min-h-8 gap-3 py-0.5 text-sm">
      <dt className="w-20 shrink-0 pt-1.5 text-ink-3 wrap-anywhere" dir="auto">
        {name}
      </dt>
      <dd className="group relative min-w-0 flex-1">
        <FieldControl field={field} value={stored} onPut={(value, from) => void put(value, from)} />
        {late ? (
          <div role="alert" className="mb-1 text-xs text-bad">
            <p className="wrap-anywhere">
              {late.who} changed this meanwhile. You meant:{' '}
              {late.value === null ? 'nothing' : String(late.value)}
            </p>
            <span className="mt-1 flex gap-1">
              <Button onClick={() => setLate(null)}>Keep it</Button>
              <Button onClick={() => void put(late.value, stored)}>Set mine</Button>
            </span>
          </div>
        ) : (
          filled && <ByWhom filled={filled} />
        )}
        {filled && filled.others.length > 0 && <Others others={filled.others} />}
      </dd>
    </div>
  );
}

/** [M9] Of others that are the same person: nothing that was known is out of sight. */
function Others({ others }: { others: FilledField['others'] }) {
  return (
    <p className="mb-1 text-2xs text-ink-3 wrap-anywhere">
      Also:{' '}
      {others.map((other, at) => (
        <span key={String(other)}>
          {at > 0 && ', '}
          <bdi>{String(other)}</bdi>
        </span>
      ))}
    </p>
  );
}

/** Of what one looks at or fills in; it lies over the next, so that nothing moves while one presses. */
function ByWhom({ filled: { by, at } }: { filled: FilledField }) {
  const now = useNow();
  return (
    <p className="pointer-events-none absolute top-full right-0 z-10 hidden rounded-sm bg-surface px-1.5 text-2xs text-ink-2 shadow-pop group-focus-within:block group-hover:block">
      <bdi>{by}</bdi>, {formatAgo(at, now)}
    </p>
  );
}
