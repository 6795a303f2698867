/** @jsxImportSource preact */
/** An address to fill in, what sends it, and what was wrong with it. */
import type { RefObject } from 'preact';
import { say } from './speech';
import './styles/email.css';

interface Props {
  id: string;
  label: string;
  action: string;
  error: string;
  isBusy: boolean;
  field?: RefObject<HTMLInputElement | null>;
}

export function EmailField({ id, label, action, error, isBusy, field }: Props) {
  return (
    <>
      <label for={id}>{label}</label>
      <div>
        <input
          id={id}
          name="email"
          type="email"
          autocomplete="email"
          required
          ref={field}
          placeholder={say('emailLabel')}
          aria-invalid={error !== ''}
          aria-describedby={`${id}-error`}
        />
        <button type="submit" class="filled" disabled={isBusy}>
          {action}
        </button>
      </div>
      <p id={`${id}-error`} class="byline bad" role="alert">
        {error}
      </p>
    </>
  );
}

/** What was filled in. */
export const emailIn = (form: HTMLFormElement): string => String(new FormData(form).get('email')).trim();
