/** @jsxImportSource preact */
/** "Email me this conversation": to the address that is known to be theirs, else to one that they give. */
import { useRef, useState } from 'preact/hooks';
import type { Chat } from './chat';
import { codeOf, waitMsOf } from './connection';
import { later } from './later';
import { Icon } from './parts';
import { say, waitOf } from './speech';

const AddressForm = later(() => import('./addressForm'), 'AddressForm');

type Step = { at: 'start' | 'busy' } | { at: 'address'; error: string } | { at: 'done'; line: string };

export function Transcript({ chat }: { chat: Chat }) {
  const [step, setStep] = useState<Step>({ at: 'start' });
  const [error, setError] = useState('');
  const button = useRef<HTMLButtonElement>(null);

  const send = async (email?: string) => {
    setError('');
    if (email === undefined) setStep({ at: 'busy' });
    try {
      const answer = await chat.mailTranscript(email);
      if (answer.outcome === 'noAddress') return setStep({ at: 'address', error: '' });
      const { outcome, address } = answer;
      setStep({
        at: 'done',
        line: say(outcome === 'mailed' ? 'mailSent' : 'mailLinked', { email: address }),
      });
    } catch (thrown) {
      const why = failureOf(thrown);
      if (email === undefined) {
        setStep({ at: 'start' });
        setError(why);
      } else setStep({ at: 'address', error: why });
    }
  };

  if (step.at === 'address')
    return (
      <AddressForm
        error={step.error}
        onSend={send}
        onLeave={() => {
          setStep({ at: 'start' });
          requestAnimationFrame(() => button.current?.focus());
        }}
      />
    );
  return (
    <>
      {step.at !== 'done' && (
        <button
          ref={button}
          type="button"
          class="outlined lone"
          aria-label={say('mailAsk')}
          title={say('mailAsk')}
          disabled={step.at === 'busy'}
          onClick={() => void send()}
        >
          <Icon name="mail" />
        </button>
      )}
      <p role="status" class={error === '' ? '' : 'bad'}>
        {step.at === 'done' ? step.line : error}
      </p>
    </>
  );
}

function failureOf(thrown: unknown): string {
  const code = codeOf(thrown);
  if (code === 'INVALID_INPUT') return say('emailWrong');
  return code === 'RATE_LIMITED' ? say('mailLater', { when: waitOf(waitMsOf(thrown)) }) : say('mailFailed');
}
