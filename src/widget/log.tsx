/** @jsxImportSource preact */
/**
 * The thread. It opens at the newest line, follows new ones while the reader is at the end, and keeps the reader's place
 * otherwise. Only what comes after the first load is announced: not the history, not what "Earlier messages" brings.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { LineView } from './bubble';
import type { Chat } from './chat';
import type { ChatState } from './state';
import { later } from './later';
import type { Store } from './store';
import { Avatar, Icon } from './parts';
import { buildLines } from './thread';
import { typingNow } from './typing';
import type { Seen } from './words';
import { say } from './speech';

const Rating = later(() => import('./rating'), 'Rating');
const EmailAsk = later(() => import('./emailAsk'), 'EmailAsk');

const nearEndPx = 60;
/** After this a change of the log is news. */
const settleMs = 400;

interface Props {
  chat: Chat;
  state: ChatState;
  greeting: string;
  store: Store;
  /** Before the keys of what this browser remembers. */
  prefix: string;
}

export function Log({ chat, state, greeting, store, prefix }: Props) {
  const { entries, unsent, conversation, hasEarlier } = state;
  const lines = buildLines(entries ?? [], unsent);
  const typing = typingNow(state.typing, Date.now());
  const lastOwn = lines.findLast((line) => line.type === 'message' && line.message.from === 'customer');
  const lastMessage = lines.findLast((line) => line.type === 'message');
  const lastOwnSequence = entries?.findLast(({ from }) => from === 'customer')?.sequence ?? 0;
  const isAway = conversation !== null && conversation.personAsked && !conversation.somebodyHere;
  const asksEmail = isAway && conversation.speakingWith !== 'person';

  const { scroller, onScroll, hasNewBelow, toEnd, keepPlace } = useScroll(
    state,
    lines.at(-1)?.key,
    lastOwn?.key,
  );
  const [isLive, setLive] = useSettled(entries);

  const earlier = () => {
    setLive(false);
    keepPlace();
    chat.loadEarlier();
  };

  return (
    <div class="thread">
      <div
        class="scroll"
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="region"
        aria-label={say('messages')}
      >
        {hasEarlier && (
          <button type="button" class="pill" onClick={earlier}>
            {say('earlier')}
          </button>
        )}
        {conversation !== null && entries?.length === 0 && (
          <div class="message agent starts">
            <span class="side">
              <Avatar kind="agent" name={conversation.agentName} />
            </span>
            <div class="bubble">{greeting}</div>
          </div>
        )}
        <div role="log" aria-live={isLive ? 'polite' : 'off'} aria-relevant="additions">
          {lines.map((line) => (
            <LineView
              key={line.key}
              line={line}
              showsState={line === lastOwn && line === lastMessage}
              seen={unsent.length === 0 ? seenBy(state, lastOwnSequence) : 'no'}
              isOnline={state.isOnline}
              onRetry={chat.retry}
              onRemove={chat.discard}
            />
          ))}
        </div>
        <Rating
          chat={chat}
          rates={conversation?.rates ?? null}
          lastKey={lines.at(-1)?.key}
          store={store}
          skippedKey={`${prefix}notRated`}
        />
        {asksEmail && <EmailAsk chat={chat} hasEmail={conversation.hasEmail} />}
        {typing.map(({ who, name }) => (
          <div key={`typing ${who}${name}`} class={`message starts ${who}`}>
            <span class="side">
              <Avatar kind={who === 'agent' ? 'agent' : 'person'} name={name} />
            </span>
            <p class="bubble dots">
              <i />
              <i />
              <i />
              <span class="unseen">{say('typing', { name })}</span>
            </p>
            <span class="byline" aria-hidden="true">
              {say('typing', { name })}
            </span>
          </div>
        ))}
      </div>
      {hasNewBelow && (
        <button type="button" class="pill below" onClick={toEnd}>
          {say('newBelow')} <Icon name="down" />
        </button>
      )}
    </div>
  );
}

/** A person has had it before them, or somebody's typing tells that they have. */
function seenBy({ conversation, seenThrough }: ChatState, sequence: number): Seen {
  if ((conversation?.seenThrough ?? 0) >= sequence) return 'person';
  return seenThrough >= sequence ? 'yes' : 'no';
}

/** `lastOwnKey`: what the reader wrote is always brought into view. */
function useScroll(state: ChatState, lastKey: string | undefined, lastOwnKey: string | undefined) {
  const { isShown } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const heldHeight = useRef<number | null>(null);
  const seen = useRef<{ lastKey?: string | undefined; lastOwnKey?: string | undefined }>({});
  const [hasNewBelow, setNewBelow] = useState(false);

  const toEnd = () => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
  };

  useLayoutEffect(() => {
    const box = scroller.current!;
    const isNews = seen.current.lastKey !== lastKey;
    if (seen.current.lastOwnKey !== lastOwnKey) isAtEnd.current = true;
    seen.current = { lastKey, lastOwnKey };
    if (heldHeight.current !== null && box.scrollHeight !== heldHeight.current) {
      box.scrollTop += box.scrollHeight - heldHeight.current;
      heldHeight.current = null;
    } else if (isAtEnd.current) toEnd();
    else if (isNews) setNewBelow(true);
  }, [state, lastKey, lastOwnKey]);

  // The frame has no size while it is hidden, and another one when the keyboard of a phone comes up.
  useEffect(() => {
    const observer = new ResizeObserver(() => isAtEnd.current && toEnd());
    observer.observe(scroller.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (isShown && isAtEnd.current) toEnd();
  }, [isShown]);

  return {
    scroller,
    hasNewBelow,
    toEnd,
    onScroll() {
      const box = scroller.current!;
      isAtEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < nearEndPx;
      if (isAtEnd.current) setNewBelow(false);
    },
    keepPlace() {
      isAtEnd.current = false;
      heldHeight.current = scroller.current!.scrollHeight;
    },
  };
}

function useSettled(entries: ChatState['entries']): [boolean, (isSettled: boolean) => void] {
  const [isSettled, setSettled] = useState(false);
  const hasCome = entries !== null;
  useEffect(() => {
    if (!hasCome || isSettled) return;
    const timer = setTimeout(() => setSettled(true), settleMs);
    return () => clearTimeout(timer);
  }, [hasCome, isSettled, entries]);
  return [isSettled, setSettled];
}
