/**
 * Controls that save themselves, each change in the order it was made.
 *
 * Promises: what the person chose stands from the press on, and falls back to what the desk keeps only when their last
 * change was refused; a text being written is overwritten by nothing, neither a late answer nor somebody else's change.
 */
import { type ComponentProps, useState } from 'react';
import { Checkbox, NativeSelect, TextArea, TextInput } from '../../ui/field';
import { notify } from '../../ui/toast';
import { useSaving } from './settingRow';

interface Saved<Value> {
  /** As the desk keeps it. */
  value: Value;
  onSave: (value: Value) => Promise<unknown>;
  /** Said once it is saved, where there is more to say than that. */
  done?: string;
}

export function useSaved<Value>({ value: stored, onSave, done = 'Saved.' }: Saved<Value>) {
  const { save } = useSaving();
  const [underWay, setUnderWay] = useState<{ value: Value } | null>(null);
  const value = underWay ? underWay.value : stored;

  /** True once it is kept. */
  async function choose(next: Value): Promise<boolean> {
    if (next === value) return true;
    const change = { value: next };
    setUnderWay(change);
    const isKept = await save(() => onSave(next), done);
    setUnderWay((last) => (last === change ? null : last));
    return isKept;
  }
  return { value, choose };
}

type Rest<Element extends 'input' | 'select' | 'textarea'> = Omit<
  ComponentProps<Element>,
  'value' | 'onChange' | 'onBlur' | keyof Saved<string>
>;

/** Saved when it is left; left empty, it goes back to what it was. */
export function SavedInput({ value: stored, onSave, done, ...rest }: Saved<string> & Rest<'input'>) {
  const { value, choose } = useSaved({ value: stored, onSave, done });
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <TextInput
      {...rest}
      value={typed ?? value}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={() => {
        setTyped(null);
        const next = typed?.trim();
        if (next) void choose(next);
        else if (next === '' && value !== '') notify('Left empty it stays as it was.', { tone: 'bad' });
      }}
    />
  );
}

/** Saved as it is ticked or cleared. */
export function SavedCheckbox({
  value: stored,
  onSave,
  done,
  ...rest
}: Saved<boolean> & Omit<ComponentProps<typeof Checkbox>, 'checked' | 'onChoose'>) {
  const { value, choose } = useSaved({ value: stored, onSave, done });
  return <Checkbox {...rest} checked={value} onChoose={(next) => void choose(next)} />;
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** A list, one item a line. */
export function SavedLines({ value, onSave, ...rest }: Saved<string[]> & Rest<'textarea'>) {
  return <SavedText {...rest} value={value.join('\n')} onSave={(text) => onSave(linesOf(text))} />;
}

/** A text of some lines; saved when it is left, also when it is empty then. */
export function SavedText({ value: stored, onSave, done, ...rest }: Saved<string> & Rest<'textarea'>) {
  const { value, choose } = useSaved({ value: stored, onSave, done });
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <TextArea
      {...rest}
      value={typed ?? value}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={() => {
        setTyped(null);
        if (typed !== null) void choose(typed.trim());
      }}
    />
  );
}

export function SavedSelect<Choice extends string>({
  value: stored,
  onSave,
  done,
  ...rest
}: Saved<Choice> & Rest<'select'>) {
  const { value, choose } = useSaved({ value: stored, onSave, done });
  return (
    <NativeSelect {...rest} value={value} onChange={(event) => void choose(event.target.value as Choice)} />
  );
}
