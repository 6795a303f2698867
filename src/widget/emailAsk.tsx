/** @jsxImportSource preact */
/** [H5] Nobody is here: where may the answer go? Asked after the question, never before. */
import { useState } from 'preact/hooks';
import type { Chat } from './chat';
import { codeOf } from './connection';
import { EmailField, emailIn } from './emailField';
import { say } from './speech';

export function EmailAsk({ chat, hasEmail }: { chat: Chat; hasEmail: boolean }) {
  const [saved, setSaved] = useState('');
  const [error, setError] = useState('');
  const [isBusy, setBusy] = useState(false);

  if (saved !== '')
    return (
      <p class="system" role="status">
        {say('emailThanks', { email: saved })}
      </p>
    );
  if (hasEmail) return null;

  const save = async (form: HTMLFormElement) => {
    const email = emailIn(form);
    setBusy(true);
    try {
      await chat.leaveEmail(email);
      setSaved(email);
    } catch (thrown) {
      setError(codeOf(thrown) === 'INVALID_INPUT' ? say('emailWrong') : say('emailFailed'));
    }
    setBusy(false);
  };

  return (
    <form
      class="email"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save(event.currentTarget);
      }}
    >
      <EmailField
        id="email"
        label={say('emailAsk')}
        action={say('emailSave')}
        error={error}
        isBusy={isBusy}
      />
    </form>
  );
}
