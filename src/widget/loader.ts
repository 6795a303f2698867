/**
 * `/w.js`: puts the chat on a customer's page.
 *
 *   <script async src="https://desk.example/w.js" data-channel="PUBLIC_ID"></script>
 *
 * One small script: a launcher button in a shadow root, and the chat in a frame from the desk's own origin, made when
 * the visitor reaches for the launcher (or when idle, if they have talked before). Needs `script-src` and `frame-src`
 * of the desk from the page's policy and nothing else: no injected style element, no markup parsing, no eval.
 * `baton('open')` and `baton('close')` steer it; calls made before it loaded wait in `baton.q`.
 *
 * It stands beside the body, so that a page which replaces its body (Turbo, Astro) keeps it, and puts itself back where
 * more than that is replaced. The desk writes the channels that let nobody in in front of this script
 * (scripts/headers.ts): no launcher there, but for a visitor whose talk goes on.
 */
import { type Hello, readToPage, type ToFrame, type ToPage } from './protocol';

type Command = 'open' | 'close';
type Baton = { (command: Command): void; q?: ArrayLike<Command>[]; attach?: () => void };

declare global {
  interface Window {
    baton?: Baton;
    /** Channels that are closed. */
    batonClosed?: string[];
  }
}

const styles = `:host{all:initial!important;--a:#006b7f;--b:#fff}
button,span,iframe{position:fixed;z-index:2147483000;inset-inline-end:20px;bottom:20px;border:0}
button{width:56px;height:56px;border-radius:28px;padding:0;background:var(--a);color:var(--b);cursor:pointer;box-shadow:0 4px 16px #0006}
button:focus-visible{outline:2px solid var(--b);box-shadow:0 0 0 5px var(--a)}
i{display:block;width:24px;height:24px;margin:auto;background:currentColor;forced-color-adjust:none;clip-path:path(evenodd,"M4 4h16v13h-8l-5 4v-4H4zM8 8v2h8V8zm0 4v2h6v-2z")}
button[aria-expanded=true] i{clip-path:path("M4 8l8 8 8-8 2 2-10 10L2 10z")}
b{position:absolute;top:-4px;inset-inline-end:-4px;min-width:22px;border-radius:11px;background:#be222a;color:#fff;font:600 12px/22px system-ui}
span{inset-inline-end:88px;bottom:32px;padding:6px 12px;border-radius:8px;background:var(--a);color:var(--b);font:14px/20px system-ui;opacity:0;pointer-events:none}
:is(button:hover,button:focus-visible)+span{opacity:1}
button[aria-expanded=true]+span,[hidden]{display:none}
iframe{bottom:88px;width:min(400px,100vw - 40px);height:min(680px,100vh - 108px);border-radius:16px;box-shadow:0 0 0 1px #0001,0 8px 40px #0005;color-scheme:light dark}
@media(max-width:480px){iframe{inset:0;width:100%;height:100%;border-radius:0}button[aria-expanded=true]{display:none}}
@media(prefers-color-scheme:dark){:host{--a:#4dc0d1;--b:#051920}}`;

const words = 'Chat with us';

// A module is not told which script it is.
const script = (document.currentScript ??
  document.querySelector('[data-channel][src$="/w.js"]')) as HTMLScriptElement | null;
const channel = script?.dataset.channel;
const early = window.baton;

// A page that carries the snippet twice still gets one launcher.
if (early?.attach) early.attach();
else if (script && channel) {
  const begin = () => start(new URL(script.src).origin, channel);
  if (document.body) begin();
  else addEventListener('DOMContentLoaded', begin);
}

function start(origin: string, channelId: string): void {
  const knownKey = `baton.${channelId}`;
  const isKnown = visitStorage((store) => store.getItem(knownKey));
  if (window.batonClosed?.includes(channelId) && !isKnown) return;
  const host = make('div');
  const root = host.attachShadow({ mode: 'open' });
  const [button, drawLauncher] = makeLauncher(root);
  let isOpen = false;
  let isOver = false;
  let unread = 0;
  let frame: HTMLIFrameElement | undefined;
  let showFrame: (isShown: boolean) => void;

  const draw = () => drawLauncher(isOpen, unread);

  const load = () => {
    if (frame) return;
    [frame, showFrame] = makeChatFrame(origin, channelId, (message) => {
      if (message.type === 'close') setOpen(false);
      if (message.type === 'closed') {
        isOver = true;
        host.remove();
      }
      if (message.type === 'known') visitStorage((store) => store.setItem(knownKey, '1'));
      if (message.type === 'unread') {
        unread = message.count;
        draw();
      }
    });
    root.append(frame);
  };

  function setOpen(next: boolean): void {
    if (next) load();
    if (next === isOpen) return;
    isOpen = next;
    draw();
    showFrame(isOpen);
    (isOpen ? frame! : button).focus();
  }

  button.onclick = () => setOpen(!isOpen);
  button.onpointerenter = button.onfocus = load;
  button.onkeydown = ({ key }) => {
    // No value to return: `false` would keep Enter from pressing the button.
    if (key === 'Escape') setOpen(false);
  };

  const baton: Baton = (command) =>
    (command === 'open' || command === 'close') && setOpen(command === 'open');
  baton.attach = () => {
    if (isOver || host.isConnected) return;
    document.documentElement.append(host);
    observer.observe(document.documentElement, { childList: true });
  };
  const observer = new MutationObserver(baton.attach);
  observer.observe(document, { childList: true });
  window.baton = baton;
  draw();
  baton.attach();
  for (const call of early?.q ?? []) baton(call[0]!);
  if (isKnown) (window.requestIdleCallback ?? setTimeout)(load);
}

/** The button with its badge and its label, and how to draw them. */
function makeLauncher(root: ShadowRoot) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];

  const button = make('button');
  const badge = make('b');
  const label = make('span');
  const icon = make('i');
  label.textContent = words;
  label.ariaHidden = 'true';
  button.setAttribute('aria-controls', 'chat');
  button.append(icon, badge);
  root.append(button, label);

  const draw = (isOpen: boolean, unread: number) => {
    button.ariaExpanded = String(isOpen);
    badge.hidden = isOpen || !unread;
    badge.textContent = unread > 9 ? '9+' : String(unread);
    button.ariaLabel = words + (unread ? `, ${unread} unread message${unread > 1 ? 's' : ''}` : '');
  };
  return [button, draw] as const;
}

/** The chat, hidden at first, and how to show it: it is told so, and tells what the page should know. */
function makeChatFrame(origin: string, channelId: string, onMessage: (message: ToPage) => void) {
  const view = visualViewport!;
  let port: MessagePort | undefined;
  const frame = make('iframe');
  frame.id = 'chat';
  frame.title = 'Support chat';
  frame.src = `${origin}/widget.html?channel=${channelId}`;
  frame.hidden = true;

  const tell = () => port?.postMessage({ type: frame.hidden ? 'hidden' : 'shown' } satisfies ToFrame);

  /** A phone's keyboard covers the frame unless it follows the visible part of the page. */
  const fit = () => {
    const { height, offsetTop } = view;
    const fills = innerWidth <= 480 && !frame.hidden;
    frame.style.height = fills ? `${height}px` : '';
    frame.style.top = fills ? `${offsetTop}px` : '';
  };
  for (const change of ['resize', 'scroll']) view.addEventListener(change, fit);

  frame.onload = () => {
    const pipe = new MessageChannel();
    port = pipe.port1;
    port.onmessage = ({ data }) => {
      const message = readToPage(data);
      if (message) onMessage(message);
    };
    const dir = getComputedStyle(document.documentElement).direction as Hello['dir'];
    // The exact origin: had the frame gone elsewhere, the browser would deliver nothing.
    frame.contentWindow!.postMessage({ baton: 1, dir } satisfies Hello, origin, [pipe.port2]);
    tell();
  };

  const show = (isShown: boolean) => {
    frame.hidden = !isShown;
    fit();
    tell();
  };
  return [frame, show] as const;
}

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag): HTMLElementTagNameMap[Tag] {
  return document.createElement(tag);
}

/** Null where the page may not store anything. */
function visitStorage(visit: (store: Storage) => string | null | void): string | null | void {
  try {
    return visit(localStorage);
  } catch {
    return null;
  }
}
