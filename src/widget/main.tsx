/** @jsxImportSource preact */
/** The chat's page, `/widget.html?channel=PUBLIC_ID`, as the loader frames it; opened by itself it works as a page. */
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { directionOf, firstSpoken } from '../../convex/shared/customer/words/catalogue';
import type { Chat } from './chat';
import { Composer } from './composer';
import { Header } from './header';
import { leaveComposedKeys } from './keys';
import { later } from './later';
import { Log } from './log';
import { type Look, lookOf } from './look';
import { connectToPage } from './page';
import { launcherOf } from './reading';
import type { Hello } from './protocol';
import { keysOf } from './session';
import { languageFor, languageNow, say, speak } from './speech';
import { browserStore } from './store';
import { makeVisitor } from './visitor';
import './widget.css';
import { holdUp } from './words';

const Talks = later(() => import('./talks'), 'Talks');

const channel = new URLSearchParams(location.search).get('channel') ?? '';
const store = browserStore();

/** From a link in a mail; out of the address, where it would stay for whoever comes next. */
function takeMailToken(): string | undefined {
  const token = new URLSearchParams(location.hash.replace('#', '')).get('mail');
  if (token === null || token === '') return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}

interface AppProps {
  chat: Chat;
  look: Look;
  onClose?: (() => void) | undefined;
}

function App({ chat, look, onClose }: AppProps) {
  const [state, setState] = useState(chat.state);
  useEffect(() => {
    // What changed between the first drawing and here.
    setState(chat.state);
    return chat.subscribe(setState);
  }, [chat]);

  return (
    <main
      aria-label={say('title')}
      data-with={state.conversation?.speakingWith ?? 'agent'}
      onKeyDown={(event) => event.key === 'Escape' && onClose?.()}
    >
      <Header state={state} {...(onClose && { onClose })} />
      {state.isClosed ? (
        <p class="system">{say('closed')}</p>
      ) : state.isChanging ? (
        <p class="system">{say('connecting')}</p>
      ) : (
        <>
          <p class="offline" role="status">
            {holdUp(state)}
          </p>
          {state.talks.length > 0 && <Talks chat={chat} state={state} />}
          <Log
            chat={chat}
            state={state}
            greeting={look.greetings[languageNow()] ?? say('greeting')}
            store={store}
            prefix={keysOf(channel)}
          />
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
const around = Promise.withResolvers<Pick<Hello, 'dir' | 'lang' | 'said'>>();
/** Nothing is said before it is known in which language. */
const begun = begin();
const page = connectToPage({
  onHello: around.resolve,
  onShown: visitor.show,
  onSaid: (said) => void begun.then(() => visitor.hear(said)),
  onPlace: visitor.place,
});
const close = page.isAlone ? undefined : () => page.post({ type: 'close' });

/** Of one chat nothing is left when another takes its place. */
let count = 0;
let look: Look;
function draw(chat: Chat): void {
  // Once the visitor has read so, the page need not offer it any more.
  chat.subscribe(({ isClosed, isShown }) => {
    if (isClosed && !isShown) page.post({ type: 'closed' });
  });
  render(<App key={count++} chat={chat} look={look} onClose={close} />, document.getElementById('chat')!);
}

async function begin(): Promise<void> {
  const [told, { dir, lang, said }] = await Promise.all([lookOf(channel, store), around.promise]);
  look = told;
  await speak(languageFor(look.language, lang));
  const root = document.documentElement;
  root.lang = languageNow();
  // Where we do not speak the page's language, its customers still write in it.
  root.dir = look.language === 'auto' && firstSpoken([lang]) === null ? dir : directionOf(root.lang);
  document.title = say('title');
  page.post(launcherOf(0));
  visitor.start(said);
}

leaveComposedKeys();
if (page.isAlone) {
  around.resolve({ dir: 'ltr', lang: '', said: [] });
  visitor.show(true);
}
