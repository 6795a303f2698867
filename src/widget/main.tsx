/** @jsxImportSource preact */
/** The chat's page, `/widget.html?channel=PUBLIC_ID`, as the loader frames it; opened by itself it works as a page. */
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Chat, makeChat } from './chat';
import { Composer } from './composer';
import { Header } from './header';
import { isComposing } from './keys';
import { Log } from './log';
import { connectToPage } from './page';
import { browserStore } from './store';
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
      ) : (
        <>
          <p class="offline" role="status">
            {holdUp(state)}
          </p>
          <Log chat={chat} state={state} />
          <Composer chat={chat} state={state} store={store} draftKey={`baton.${channel}.draft`} />
        </>
      )}
    </main>
  );
}

const page = connectToPage({
  onShown: (isShown) => chat.show(isShown),
  onDirection: (dir) => (document.documentElement.dir = dir),
});
const chat = makeChat(channel, store, { post: page.post, mailToken: takeMailToken() });
const close = page.isAlone ? undefined : () => page.post({ type: 'close' });

// Once the visitor has read so, the page need not offer it any more.
chat.subscribe(({ isClosed, isShown }) => {
  if (isClosed && !isShown) page.post({ type: 'closed' });
});

render(<App chat={chat} onClose={close} />, document.getElementById('chat')!);
if (page.isAlone) chat.show(true);
