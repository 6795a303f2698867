/** @jsxImportSource preact */
/** One line of the thread. */
import { Files } from './files';
import { Avatar } from './parts';
import { linkify } from '../../convex/shared/kit/links';
import type { Line, Message } from './thread';
import { clockOf, listOf, say } from './speech';
import { dayOf, elsewhereWords, initialOf, type Seen, stateLine, systemWords } from './words';

interface LineActions {
  onRetry: (key: string) => void;
  onRemove: (key: string) => void;
}

interface Props extends LineActions {
  line: Line;
  /** Under the customer's last message only. */
  showsState: boolean;
  seen: Seen;
  isOnline: boolean;
}

export function LineView({ line, ...rest }: Props) {
  if (line.type === 'day') return <p class="day">{dayOf(line.at, Date.now())}</p>;
  if (line.type === 'system') return <SystemLine line={line} />;
  return <Bubble line={line} {...rest} />;
}

/** [M8] A person joining and the agent being back are moments, not footnotes. */
function SystemLine({ line }: { line: Line & { type: 'system' } }) {
  const { systemText } = line;
  const text = systemWords(line);
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
  seen,
  isOnline,
  ...actions
}: Omit<Props, 'line'> & { line: Line & { type: 'message' } }) {
  const { message, startsGroup, endsGroup } = line;
  const { from, name, at, text, sources, files, state, elsewhere } = message;
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
            {isOwn && <span class="unseen">{say('you')}: </span>}
            <Text text={elsewhere === null ? text : elsewhereWords(from, elsewhere)} />
          </div>
        )}
        {files.length > 0 && <Files files={files} label={say(isOwn ? 'yourFiles' : 'files')} />}
        {sources.length > 0 && (
          <p class="byline">
            {say('from', { titles: listOf(sources.map((text) => say('quoted', { text }))) })}
          </p>
        )}
        {state === 'failed' ? (
          <Failure message={message} {...actions} />
        ) : (
          showsState && <p class="byline">{stateLine(state, seen, isOnline)}</p>
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
      {say('notSent')} {failure}
      {!(filesGone && text === '') && (
        <button type="button" class="link" onClick={() => onRetry(key)}>
          {say(filesGone ? 'withoutFiles' : 'retry')}
        </button>
      )}
      <button type="button" class="link" onClick={() => onRemove(key)}>
        {say('remove')}
      </button>
    </p>
  );
}
