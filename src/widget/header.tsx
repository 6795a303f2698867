/** @jsxImportSource preact */
/** Whom the customer speaks with, and how to leave. */
import { useEffect, useState } from 'preact/hooks';
import { Avatar, Icon } from './parts';
import type { ChatState } from './state';
import { say } from './speech';
import { statusLine, titleOf } from './words';

export function Header({ state, onClose }: { state: ChatState; onClose?: () => void }) {
  const { conversation } = state;
  const now = useMinute();
  const title = titleOf(conversation);
  const isAgent =
    conversation === null || (conversation.speakingWith === 'agent' && conversation.agentAnswers);
  return (
    <header>
      <Avatar kind={isAgent ? 'agent' : 'person'} name={title} />
      <div class="who">
        <h1>
          {title} {isAgent && conversation !== null && <span class="tag">{say('machine')}</span>}
        </h1>
        <p class="status" role="status">
          {statusLine(state, now)}
        </p>
      </div>
      {onClose && (
        <button
          type="button"
          class="plain round"
          aria-label={say('close')}
          title={say('close')}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}

/** The present, once a minute: when the team is back is told by it. */
function useMinute(): number {
  const [, setNow] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return Date.now();
}
