/** @jsxImportSource preact */
/** Where a conversation shall be mailed to, where no address is known to be theirs. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { EmailField, emailIn } from './emailField';
import { say } from './speech';

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
    await onSend(emailIn(form));
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
      <EmailField
        id="mail-to"
        label={say('mailAddress')}
        action={say('mailSend')}
        error={error}
        isBusy={isBusy}
        field={field}
      />
    </form>
  );
}
