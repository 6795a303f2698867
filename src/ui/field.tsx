import { Field as Base } from '@base-ui/react/field';
import { type ComponentProps, type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { takesAtMost } from '../lib/typing';

const control =
  'w-full rounded-md border border-line-strong bg-surface px-2.5 text-base text-ink placeholder:text-ink-3 disabled:opacity-55';

/** A labelled control; `error` is announced and tied to it. */
export function Field(props: {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  children: ReactNode;
}) {
  return (
    <Base.Root invalid={Boolean(props.error)} className="flex flex-col gap-1">
      <Base.Label className="text-sm font-medium text-ink">{props.label}</Base.Label>
      {props.children}
      {props.hint && !props.error && (
        <Base.Description className="text-xs text-ink-3">{props.hint}</Base.Description>
      )}
      {props.error && (
        <Base.Error match className="text-xs text-bad">
          {props.error}
        </Base.Error>
      )}
    </Base.Root>
  );
}

/** Why the whole form was refused. */
export function FormError({ text }: { text: string | null }) {
  return text === null ? null : <Refusal text={text} />;
}

/** In a long form it may be below what is seen, and whoever sent it has lost the focus: its fields were shut meanwhile. */
function Refusal({ text }: { text: string }) {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const { current } = line;
    current?.scrollIntoView({ block: 'nearest' });
    const hasFocus = current?.closest('form')?.contains(document.activeElement);
    if (!hasFocus) current?.focus({ preventScroll: true });
  }, [text]);
  return (
    <p ref={line} role="alert" tabIndex={-1} className="scroll-my-5 text-sm text-bad">
      {text}
    </p>
  );
}

const limited = (most: number | undefined) => most !== undefined && { onInput: takesAtMost(most) };

/** `maxLength`: characters. */
export function TextInput({ className = '', maxLength, ...rest }: ComponentProps<'input'>) {
  return (
    <Base.Control
      className={`${control} h-9 pointer-coarse:h-11 ${className}`}
      {...rest}
      {...limited(maxLength)}
    />
  );
}

/** Enter is a line here: Ctrl or Command with it sends the form, as it does where one replies. */
function sendForm(event: KeyboardEvent<HTMLTextAreaElement>) {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

/** `maxLength`: characters. */
export function TextArea({ className = '', maxLength, ...rest }: ComponentProps<'textarea'>) {
  return (
    <Base.Control
      render={<textarea onKeyDown={sendForm} {...rest} {...limited(maxLength)} />}
      className={`${control} py-2 ${className}`}
    />
  );
}

/** The platform's own list: best on phones, and everyone can use it. */
export function NativeSelect({ className = '', ...rest }: ComponentProps<'select'>) {
  return <select className={`${control} h-9 pointer-coarse:h-11 ${className}`} {...rest} />;
}

/** The choices of a list with the word for each, in order. */
export function Options({ words }: { words: Readonly<Record<string, string>> }) {
  return Object.entries(words).map(([choice, word]) => (
    <option key={choice} value={choice}>
      {word}
    </option>
  ));
}

/** On or off, with the word for on beside it. */
export function Checkbox({ label, hint, checked, disabled, onChoose }: CheckboxProps) {
  return (
    <label
      className={`flex gap-2 text-base pointer-coarse:min-h-11 ${hint ? 'items-start' : 'items-center'}`}
    >
      <input
        type="checkbox"
        className={`size-4 accent-accent ${hint ? 'mt-0.5' : ''}`}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChoose(event.target.checked)}
      />
      <span>
        {label}
        {hint && <span className="block text-sm text-ink-3">{hint}</span>}
      </span>
    </label>
  );
}

interface CheckboxProps {
  disabled?: boolean;
  label: string;
  hint?: ReactNode;
  checked: boolean;
  onChoose: (checked: boolean) => void;
}
