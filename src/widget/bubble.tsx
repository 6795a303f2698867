/** @jsxImportSource preact */
/** One line of the thread. */
import { Files } from './files';
import { Avatar } from './parts';
import { linkify } from '../../convex/shared/kit/links';
import type { Line, Message } from './thread';
import { clockOf, dayOf, initialOf, stateLine, words } from './words';

interface LineActions {
  onRetry: (key: string) => void;
  onRemove: (key: string) => void;
}

interface Props extends LineActions {
  line: Line;
  /** Under the customer's last message only. */
  showsState: boolean;
  isSeen: boolean;
  isOnline: boolean;
}

export function LineView({ line, ...rest }: Props) {
  if (line.type === 'day') return <p class="day">{dayOf(line.at, Date.now())}</p>;
  if (line.type === 'system') return <SystemLine line={line} />;
  return <Bubble line={line} {...rest} />;
}

/** [M8] A person joining and the agent being back are moments, not footnotes. */
function SystemLine({ line: { text, systemText } }: { line: Line & { type: 'system' } }) {
  if (systemText !== 'personJoined' && systemText !== 'agentBack') return <p class="system">{text}</p>;
  const kind = systemText === 'personJoined' ? 'person' : 'agent';
  return (
    <div class={`moment ${kind}`}>
      <Avatar kind={kind} name={initialOf(text)} />
      <p>{text}</p>
    </div>
  );
}

function Bubble({
  line,
  showsState,
  isSeen,
  isOnline,
  ...actions
}: Omit<Props, 'line'> & { line: Line & { type: 'message' } }) {
  const { message, startsGroup, endsGroup } = line;
  const { from, name, at, text, sources, files, state } = message;
  const isOwn = from === 'customer';
  return (
    <div class={`message ${isOwn ? 'own' : from} ${startsGroup ? 'starts' : ''} ${state}`}>
      {!isOwn && (
        <span class="side">
          {endsGroup && <Avatar kind={from === 'agent' ? 'agent' : 'person'} name={name} />}
        </span>
      )}
      <div class="column">
        {startsGroup && !isOwn && (
          <p class="byline">
            <span>{name}</span> · <time dateTime={new Date(at).toISOString()}>{clockOf(at)}</time>
          </p>
        )}
        {text !== '' && (
          <div class="bubble" title={clockOf(at)}>
            {isOwn && <span class="unseen">{words.you}: </span>}
            <Text text={text} />
          </div>
        )}
        {files.length > 0 && <Files files={files} label={isOwn ? words.yourFiles : words.files} />}
        {sources.length > 0 && <p class="byline">{words.from(sources)}</p>}
        {state === 'failed' ? (
          <Failure message={message} {...actions} />
        ) : (
          showsState && <p class="byline">{stateLine(state, isSeen, isOnline)}</p>
        )}
      </div>
    </div>
  );
}

function Text({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map((piece) =>
        piece.href ? (
          <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}

function Failure({
  message: { key, text, failure, filesGone },
  onRetry,
  onRemove,
}: { message: Message } & LineActions) {
  return (
    <p class="byline bad">
      Not sent. {failure}
      {!(filesGone && text === '') && (
        <button type="button" class="link" onClick={() => onRetry(key)}>
          {filesGone ? words.withoutFiles : words.retry}
        </button>
      )}
      <button type="button" class="link" onClick={() => onRemove(key)}>
        {words.remove}
      </button>
    </p>
  );
}
