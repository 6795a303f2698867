/** @jsxImportSource preact */
/** The chat's page, `/widget.html?channel=PUBLIC_ID`, as the loader frames it; opened by itself it works as a page. */
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Chat } from './chat';
import { Composer } from './composer';
import { Header } from './header';
import { isComposing } from './keys';
import { Log } from './log';
import { connectToPage } from './page';
import { keysOf } from './session';
import { browserStore } from './store';
import { Talks } from './talks';
import { makeVisitor } from './visitor';
import './widget.css';
import { holdUp, words } from './words';

const channel = new URLSearchParams(location.search).get('channel') ?? '';
const store = browserStore();

/** From a link in a mail; out of the address, where it would stay for whoever comes next. */
function takeMailToken(): string | undefined {
  const token = new URLSearchParams(location.hash.replace('#', '')).get('mail');
  if (token === null || token === '') return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}

function App({ chat, onClose }: { chat: Chat; onClose?: (() => void) | undefined }) {
  const [state, setState] = useState(chat.state);
  useEffect(() => {
    // What changed between the first drawing and here.
    setState(chat.state);
    return chat.subscribe(setState);
  }, [chat]);

  return (
    <main
      aria-label={words.title}
      data-with={state.conversation?.speakingWith ?? 'agent'}
      onKeyDown={(event) => event.key === 'Escape' && !isComposing(event) && onClose?.()}
    >
      <Header state={state} {...(onClose && { onClose })} />
      {state.isClosed ? (
        <p class="system">{words.closed}</p>
      ) : state.isChanging ? (
        <p class="system">{words.connecting}</p>
      ) : (
        <>
          <p class="offline" role="status">
            {holdUp(state)}
          </p>
          <Talks chat={chat} state={state} />
          <Log chat={chat} state={state} />
          <Composer chat={chat} state={state} store={store} draftKey={`${keysOf(channel)}draft`} />
        </>
      )}
    </main>
  );
}

const visitor = makeVisitor({
  channel,
  store,
  post: (message) => page.post(message),
  mailToken: takeMailToken(),
  onBegin: draw,
});
const page = connectToPage({
  onHello: (said, dir) => {
    document.documentElement.dir = dir;
    visitor.start(said);
  },
  onShown: visitor.show,
  onSaid: visitor.hear,
});
const close = page.isAlone ? undefined : () => page.post({ type: 'close' });

/** Of one chat nothing is left when another takes its place. */
let count = 0;
function draw(chat: Chat): void {
  // Once the visitor has read so, the page need not offer it any more.
  chat.subscribe(({ isClosed, isShown }) => {
    if (isClosed && !isShown) page.post({ type: 'closed' });
  });
  render(<App key={count++} chat={chat} onClose={close} />, document.getElementById('chat')!);
}

if (page.isAlone) {
  visitor.start([]);
  visitor.show(true);
}
