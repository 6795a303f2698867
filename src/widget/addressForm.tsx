/** @jsxImportSource preact */
/** Where a conversation shall be mailed to, where no address is known to be theirs. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { say } from './speech';
import './styles/email.css';

interface FormProps {
  error: string;
  onSend: (email: string) => Promise<void>;
  onLeave: () => void;
}

export function AddressForm({ error, onSend, onLeave }: FormProps) {
  const [isBusy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current!.focus(), []);
  const submit = async (form: HTMLFormElement) => {
    setBusy(true);
    await onSend(String(new FormData(form).get('email')).trim());
    setBusy(false);
  };
  return (
    <form
      class="email"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // One step at a time: out of the form, then out of the chat.
        event.stopPropagation();
        onLeave();
      }}
    >
      <label for="mail-to">{say('mailAddress')}</label>
      <div>
        <input
          id="mail-to"
          name="email"
          type="email"
          autocomplete="email"
          required
          ref={field}
          placeholder={say('emailLabel')}
          aria-invalid={error !== ''}
          aria-describedby="mail-error"
        />
        <button type="submit" class="filled" disabled={isBusy}>
          {say('mailSend')}
        </button>
      </div>
      <p id="mail-error" class="byline bad" role="alert">
        {error}
      </p>
    </form>
  );
}
