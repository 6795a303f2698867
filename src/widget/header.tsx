/** @jsxImportSource preact */
/** Whom the customer speaks with, and how to leave. */
import { Avatar, Icon } from './parts';
import type { Conversation } from './thread';
import { statusLine, titleOf, words } from './words';

export function Header({
  conversation,
  onClose,
}: {
  conversation: Conversation | null;
  onClose?: () => void;
}) {
  const title = titleOf(conversation);
  const isAgent = conversation === null || conversation.speakingWith === 'agent';
  return (
    <header>
      <Avatar kind={isAgent ? 'agent' : 'person'} name={title} />
      <div class="who">
        <h1>
          {title}
          {isAgent && conversation !== null && <span class="tag">{words.machine}</span>}
        </h1>
        <p class="status" role="status">
          {statusLine(conversation)}
        </p>
      </div>
      {onClose && (
        <button
          type="button"
          class="plain round"
          aria-label={words.close}
          title={words.close}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}
