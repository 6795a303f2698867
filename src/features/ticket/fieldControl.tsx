import { type ComponentProps, useState } from 'react';
import { type FieldValue, maxFieldText } from '../../../convex/shared/customer/fields';
import type { CustomerField } from '../../convex/customerFields';

interface Props {
  field: CustomerField;
  value: FieldValue | null;
  /** `from`: what stood there when it was begun. */
  onPut: (value: FieldValue | null, from: FieldValue | null) => void;
}

const look =
  'h-7 w-full rounded-md border border-transparent bg-transparent px-1 -mx-1 text-sm placeholder:text-ink-3 hover:border-line-strong focus:border-line-strong pointer-coarse:h-11';

export function FieldControl({ field, value, onPut }: Props) {
  const { name, kind, choices = [] } = field;
  if (kind !== 'choice') return <TypedValue field={field} value={value} onPut={onPut} />;
  // One that is no choice any more stands until another is chosen.
  const offered = value === null || choices.includes(String(value)) ? choices : [String(value), ...choices];
  return (
    <select
      aria-label={name}
      // The platform's list sets its words in by so much.
      className={`${look} -ml-2`}
      value={value ?? ''}
      onChange={({ target }) => onPut(target.value === '' ? null : target.value, value)}
    >
      <option value="">Not known</option>
      {offered.map((choice) => (
        <option key={choice}>{choice}</option>
      ))}
    </select>
  );
}

const ofKind: Record<'text' | 'number' | 'date', ComponentProps<'input'>> = {
  text: { type: 'text', maxLength: maxFieldText, dir: 'auto' },
  number: { type: 'number', step: 'any', inputMode: 'decimal' },
  date: { type: 'date', max: '9999-12-31' },
};

/**
 * Kept when it is left, or with Enter; Escape takes it back. What is being written is overwritten by nothing. Half a number or half a
 * day, of which the browser says no more than that it is one, changes nothing: it is not empty.
 */
function TypedValue({ field: { name, kind }, value, onPut }: Props) {
  const [typing, setTyping] = useState<{ text: string; from: FieldValue | null } | null>(null);
  const type = kind === 'choice' ? 'text' : kind;
  function put(input: HTMLInputElement) {
    // Half of one where nothing stood is no change to React, which would leave it there.
    const isHalf = input.validity.badInput;
    if (isHalf) input.value = String(value ?? '');
    setTyping(null);
    if (typing === null || isHalf) return;
    const text = typing.text.trim();
    if (text === '') onPut(null, typing.from);
    else onPut(kind === 'number' ? Number(text) : text, typing.from);
  }
  return (
    <input
      {...ofKind[type]}
      aria-label={name}
      placeholder="Not known"
      // Longer than there is room for.
      {...(kind === 'text' && value !== null && { title: String(value) })}
      className={look}
      value={typing?.text ?? value ?? ''}
      onChange={({ target }) => setTyping({ from: typing?.from ?? value, text: target.value })}
      onBlur={({ target }) => put(target)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') put(event.currentTarget);
        if (event.key !== 'Escape' || typing === null) return;
        event.stopPropagation();
        setTyping(null);
      }}
    />
  );
}
