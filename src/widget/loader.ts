/**
 * `/w.js`: puts the chat on a customer's page.
 *
 *   <script async src="https://desk.example/w.js" data-channel="PUBLIC_ID"></script>
 *
 * One small script: a launcher button in a shadow root, and the chat in a frame from the desk's own origin, made when
 * the visitor reaches for the launcher (or when idle, if they have talked before). Needs `script-src` and `frame-src`
 * of the desk from the page's policy and nothing else: no injected style element, no markup parsing, no eval.
 * `baton('open')` and `baton('close')` steer it; calls made before it loaded wait in `baton.q`.
 */
import { type Hello, readToPage, type ToFrame, type ToPage } from './protocol';

type Command = 'open' | 'close';
type Baton = { (command: Command): void; q?: ArrayLike<Command>[]; ready?: true };

declare global {
  interface Window {
    baton?: Baton;
  }
}

const styles = `:host{all:initial!important;--a:#006b7f;--b:#fff;--c:#161d21}
button,span,iframe{position:fixed;z-index:2147483000;inset-inline-end:20px;bottom:20px;border:0}
button{width:56px;height:56px;border-radius:28px;padding:0;background:var(--a);color:var(--b);cursor:pointer;box-shadow:0 4px 16px #0006}
button:focus-visible{outline:2px solid var(--b);box-shadow:0 0 0 5px var(--a)}
svg{width:26px;vertical-align:middle;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;top:-4px;inset-inline-end:-4px;min-width:22px;border-radius:11px;background:#be222a;color:#fff;font:600 12px/22px system-ui}
span{inset-inline-end:88px;bottom:32px;padding:6px 12px;border-radius:8px;background:var(--c);color:var(--b);font:14px/20px system-ui;opacity:0;pointer-events:none}
:is(button:hover,button:focus-visible)+span{opacity:1}
button[aria-expanded=true]+span,[hidden]{display:none}
iframe{bottom:88px;width:400px;max-width:calc(100vw - 40px);height:min(680px,100vh - 108px);border-radius:16px;box-shadow:0 0 0 1px #0001,0 8px 40px #0005;color-scheme:light dark}
@media(max-width:480px){iframe{inset:0;width:100%;max-width:none;height:100%;border-radius:0}button[aria-expanded=true]{display:none}}
@media(prefers-color-scheme:dark){:host{--a:#4dc0d1;--b:#051920;--c:#edf1f2}}`;

const speechBubble = 'M4 5.5h16v11h-8.5L7 20v-3.5H4zM8 9.5h8M8 12.5h5';
const words = 'Chat with us';
const chevron = 'M5 9l7 7 7-7';

const script = document.currentScript as HTMLScriptElement | null;
const channel = script?.dataset.channel;
const early = window.baton;

// A page that carries the snippet twice still gets one launcher.
if (script && channel && !early?.ready) {
  const begin = () => start(new URL(script.src).origin, channel);
  if (document.body) begin();
  else addEventListener('DOMContentLoaded', begin);
}

function start(origin: string, channelId: string): void {
  const knownKey = `baton.${channelId}`;
  const host = make('div');
  const root = host.attachShadow({ mode: 'open' });
  const [button, drawLauncher] = makeLauncher(root);
  let isOpen = false;
  let unread = 0;
  let frame: HTMLIFrameElement | undefined;
  let showFrame: (isShown: boolean) => void;

  const draw = () => drawLauncher(isOpen, unread);

  const load = () => {
    if (frame) return;
    [frame, showFrame] = makeChatFrame(origin, channelId, (message) => {
      if (message.type === 'close') setOpen(false);
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
  baton.ready = true;
  window.baton = baton;
  draw();
  document.body.append(host);
  for (const call of early?.q ?? []) baton(call[0]!);
  if (visitStorage((store) => store.getItem(knownKey))) (window.requestIdleCallback ?? setTimeout)(load);
}

/** The button with its badge and its label, and how to draw them. */
function makeLauncher(root: ShadowRoot) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];

  const button = make('button');
  const badge = make('b');
  const label = make('span');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.append(path);
  label.textContent = words;
  for (const decoration of [icon, badge, label]) decoration.ariaHidden = 'true';
  button.type = 'button';
  button.setAttribute('aria-controls', 'chat');
  button.append(icon, badge);
  root.append(button, label);

  const draw = (isOpen: boolean, unread: number) => {
    path.setAttribute('d', isOpen ? chevron : speechBubble);
    button.ariaExpanded = String(isOpen);
    badge.hidden = isOpen || !unread;
    badge.textContent = unread > 9 ? '9+' : String(unread);
    button.ariaLabel = words + (unread ? `, ${unread} unread message${unread > 1 ? 's' : ''}` : '');
  };
  return [button, draw] as const;
}

/** The chat, hidden at first, and how to show it: it is told so, and tells what the page should know. */
function makeChatFrame(origin: string, channelId: string, onMessage: (message: ToPage) => void) {
  let port: MessagePort | undefined;
  const frame = make('iframe');
  frame.id = 'chat';
  frame.title = 'Support chat';
  frame.allow = 'clipboard-write';
  frame.src = `${origin}/widget.html?channel=${encodeURIComponent(channelId)}`;
  frame.hidden = true;

  const tell = () => port?.postMessage({ type: frame.hidden ? 'hidden' : 'shown' } satisfies ToFrame);

  /** A phone's keyboard covers the frame unless it follows the visible part of the page. */
  const fit = () => {
    const view = window.visualViewport;
    if (!view) return;
    const fills = innerWidth <= 480 && !frame.hidden;
    frame.style.height = fills ? `${view.height}px` : '';
    frame.style.top = fills ? `${view.offsetTop}px` : '';
  };
  for (const change of ['resize', 'scroll']) visualViewport?.addEventListener(change, fit);

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
