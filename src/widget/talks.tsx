/** @jsxImportSource preact */
/** [M9] Earlier conversations of the person their site has shown this to be: here, whatever browser they were had in. */
import { useState } from 'preact/hooks';
import type { Chat } from './chat';
import type { ChatState } from './state';
import { say } from './speech';
import './styles/talks.css';
import { dayOf } from './words';

export function Talks({ chat, state: { talks } }: { chat: Chat; state: ChatState }) {
  const [isOpen, setOpen] = useState(false);
  const others = talks.filter((talk) => !talk.isOpen && talk.preview !== '');
  if (others.length === 0) return null;
  return (
    <details class="talks" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{say('talks')}</summary>
      <ul>
        {others.map(({ conversationId, preview, at }) => (
          <li key={conversationId}>
            <button
              type="button"
              class="plain"
              onClick={() => {
                setOpen(false);
                chat.goBack(conversationId);
              }}
            >
              <span>{preview}</span>
              <time dateTime={new Date(at).toISOString()}>{dayOf(at, Date.now())}</time>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
