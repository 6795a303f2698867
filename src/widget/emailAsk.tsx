/** @jsxImportSource preact */
/** [H5] Nobody is here: where may the answer go? Asked after the question, never before. */
import { useState } from 'preact/hooks';
import type { Chat } from './chat';
import { codeOf } from './connection';
import { say } from './speech';
import './styles/email.css';

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
    const email = String(new FormData(form).get('email')).trim();
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
      <label for="email">{say('emailAsk')}</label>
      <div>
        <input
          id="email"
          name="email"
          type="email"
          autocomplete="email"
          required
          placeholder={say('emailLabel')}
          aria-invalid={error !== ''}
          aria-describedby="email-error"
        />
        <button type="submit" class="filled" disabled={isBusy}>
          {say('emailSave')}
        </button>
      </div>
      <p id="email-error" class="byline bad" role="alert">
        {error}
      </p>
    </form>
  );
}
