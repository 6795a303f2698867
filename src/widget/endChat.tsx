/** @jsxImportSource preact */
/** [M8] The customer ends the chat, asked once more whether they mean it; what they write later goes on in the same thread. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from './chat';
import type { ChatState } from './state';
import { say } from './speech';

export function EndChat({ chat, state: { conversation, entries } }: { chat: Chat; state: ChatState }) {
  const [step, setStep] = useState<'none' | 'asked' | 'busy' | 'failed'>('none');
  const yes = useRef<HTMLButtonElement>(null);
  const hasWritten = entries?.some(({ from }) => from === 'customer') ?? false;
  const mayEnd = hasWritten && conversation !== null && !conversation.isEnded;
  useEffect(() => {
    if (step === 'asked') yes.current?.focus();
  }, [step]);

  const end = async () => {
    setStep('busy');
    setStep((await chat.endChat()) ? 'none' : 'failed');
  };

  if (conversation?.isEnded)
    return (
      <p class="ended" role="status">
        {say('ended')}
      </p>
    );
  if (!mayEnd) return null;
  if (step === 'none')
    return (
      <button type="button" class="link" onClick={() => setStep('asked')}>
        {say('end')}
      </button>
    );
  return (
    <div
      class="asking"
      role="group"
      aria-label={say('end')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // It closes the question, not the chat.
        event.stopPropagation();
        setStep('none');
      }}
    >
      <p role="status">{step === 'failed' ? say('endFailed') : say('endAsk')}</p>
      <button ref={yes} type="button" class="filled" disabled={step === 'busy'} onClick={() => void end()}>
        {say('end')}
      </button>
      <button type="button" class="outlined" onClick={() => setStep('none')}>
        {say('goOn')}
      </button>
    </div>
  );
}
