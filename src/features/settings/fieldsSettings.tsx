import { useState } from 'react';
import { type FieldKind, maxFieldName, maxFields } from '../../../convex/shared/customer/fields';
import { isAllowed } from '../../../convex/shared/people/permissions';
import {
  type CustomerField,
  useCustomerFields,
  useMoveField,
  useRemoveField,
  useSaveField,
} from '../../convex/customerFields';
import { useMembership } from '../../convex/session';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Field, NativeSelect, Options, TextArea, TextInput } from '../../ui/field';
import { EmptyState } from '../../ui/states';
import { FormButtons, FormDialog } from './formDialog';
import { useSaving } from './settingRow';

const kindWords: Record<FieldKind, string> = {
  text: 'Text',
  number: 'Number',
  date: 'Date',
  choice: 'Choice',
};

/** What the team keeps of its customers, in the order of the panel beside a ticket. */
export function FieldsSettings() {
  const fields = useCustomerFields();
  const { role } = useMembership();
  const [isAdding, setIsAdding] = useState(false);
  if (fields === undefined) return null;
  const mayChange = isAllowed(role, 'customerFields.manage');
  return (
    <>
      <p className="mb-3 text-sm text-ink-3">
        They stand beside every ticket of a customer, and operators fill them in there. Agents read them and
        fill them in by the API. They are not searched.
      </p>
      {fields.length === 0 && (
        <EmptyState title="No fields yet.">
          What the team keeps of its customers: a plan, a contract, a size.
        </EmptyState>
      )}
      <ul aria-label="Customer fields">
        {fields.map((field, index) => (
          <FieldItem
            key={field.fieldId}
            field={field}
            index={index}
            count={fields.length}
            mayChange={mayChange}
          />
        ))}
      </ul>
      {mayChange && fields.length < maxFields && (
        <p className={`mt-4 ${fields.length === 0 ? 'text-center' : ''}`}>
          <Button tone="primary" size="medium" onClick={() => setIsAdding(true)}>
            Add a field
          </Button>
        </p>
      )}
      {fields.length === maxFields && (
        <p className="mt-3 text-sm text-ink-3">There are {maxFields} at most.</p>
      )}
      {isAdding && <FieldDialog onClose={() => setIsAdding(false)} />}
    </>
  );
}

interface ItemProps {
  field: CustomerField;
  index: number;
  count: number;
  mayChange: boolean;
}

function FieldItem({ field, index, count, mayChange }: ItemProps) {
  const { fieldId, name, kind, choices = [] } = field;
  const { teamId } = useMembership();
  const move = useMoveField();
  const remove = useRemoveField();
  const { isBusy, save } = useSaving();
  const [open, setOpen] = useState<'edit' | 'remove' | null>(null);
  const moveTo = (to: number) => void save(() => move({ teamId, fieldId, to }));
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-2.5">
      <div className="min-w-40 flex-1">
        <p className="text-base font-medium wrap-anywhere" dir="auto">
          {name}
        </p>
        <p className="text-sm text-ink-3 wrap-anywhere">
          {kindWords[kind]}
          {choices.length > 0 && <bdi>: {choices.join(', ')}</bdi>}
        </p>
      </div>
      {mayChange && (
        <span className="flex flex-wrap gap-2">
          <Button
            aria-label={`Move ${name} up`}
            disabled={isBusy || index === 0}
            onClick={() => moveTo(index - 1)}
          >
            ↑
          </Button>
          <Button
            aria-label={`Move ${name} down`}
            disabled={isBusy || index === count - 1}
            onClick={() => moveTo(index + 1)}
          >
            ↓
          </Button>
          <Button aria-label={`Edit ${name}`} onClick={() => setOpen('edit')}>
            Edit
          </Button>
          <Button tone="danger" aria-label={`Delete ${name}`} onClick={() => setOpen('remove')}>
            Delete
          </Button>
        </span>
      )}
      {open === 'edit' && <FieldDialog field={field} onClose={() => setOpen(null)} />}
      <Confirm
        open={open === 'remove'}
        onOpenChange={(isOpen) => !isOpen && setOpen(null)}
        title={`Delete the field ${name}?`}
        description="What stands in it is deleted for every customer. That cannot be taken back."
        confirm="Delete the field"
        keep="Keep it"
        onConfirm={() => void save(() => remove({ teamId, fieldId }), `${name} deleted.`)}
      />
    </li>
  );
}

function FieldDialog({ field, onClose }: { field?: CustomerField; onClose: () => void }) {
  const { teamId } = useMembership();
  const save = useSaveField();
  const [kind, setKind] = useState<FieldKind>(field?.kind ?? 'text');
  return (
    <FormDialog
      title={field ? `Edit ${field.name}` : 'Add a field'}
      onClose={onClose}
      onSubmit={async (data) => {
        const name = String(data.get('name'));
        const choices = String(data.get('choices') ?? '').split('\n');
        await save({
          teamId,
          ...(field && { fieldId: field.fieldId }),
          ...{ name, kind },
          ...(kind === 'choice' && { choices }),
        });
        onClose();
      }}
    >
      <Field label="Name">
        <TextInput
          name="name"
          required
          maxLength={maxFieldName}
          defaultValue={field?.name}
          placeholder="Plan"
        />
      </Field>
      <Field
        label="Kind"
        hint={field ? 'It stays what it is: add another field for another kind.' : undefined}
      >
        <NativeSelect
          name="kind"
          aria-label="Kind"
          value={kind}
          disabled={field !== undefined}
          onChange={({ target }) => setKind(target.value as FieldKind)}
        >
          <Options words={kindWords} />
        </NativeSelect>
      </Field>
      {kind === 'choice' && (
        <Field label="Choices, one a line" hint={field && 'One you take away stays where it was chosen.'}>
          <TextArea name="choices" required rows={5} defaultValue={field?.choices?.join('\n')} />
        </Field>
      )}
      <FormButtons onCancel={onClose}>{field ? 'Save' : 'Add'}</FormButtons>
    </FormDialog>
  );
}
