/**
 * `/w.js`: puts the chat on a customer's page.
 *
 *   <script async src="https://desk.example/w.js?channel=PUBLIC_ID" data-channel="PUBLIC_ID"></script>
 *
 * One small script: a launcher button in a shadow root, and the chat in a frame from the desk's own origin, made when
 * the visitor reaches for the launcher (or when idle, if they have talked before). Needs `script-src` and `frame-src`
 * of the desk from the page's policy and nothing else: no injected style element, no markup parsing, no eval.
 * `baton('open')` and `baton('close')` steer it, and what else the page says (docs/widget.md) is the chat's to hear; calls made
 * before it loaded wait in `baton.q`.
 *
 * It stands beside the body, so that a page which replaces its body (Turbo, Astro) keeps it, and puts itself back where
 * more than that is replaced. The desk writes the channels that let nobody in in front of this script
 * (scripts/headers.ts): no launcher there, but for a visitor whose talk goes on; and how the launcher of this channel looks.
 */
import type { Hello, Said, ToFrame, ToPage } from './protocol';

type Baton = {
  (command: string, value?: unknown): void;
  q?: Iterable<unknown[]>;
  attach?: () => void;
};

declare global {
  interface Window {
    baton?: Baton;
    /** Channels that are closed. */
    batonClosed?: string[];
    /** What the team has chosen for this one (convex/shared/customer/look.ts). */
    batonLook?: { css: string; name: string };
  }
}

const styles = `:host{all:initial!important;--a:#006b7f;--b:#fff}
button,iframe{position:fixed;z-index:2147483000;inset-inline-end:20px;bottom:20px;border:0}
button{width:56px;height:56px;border-radius:28px;padding:0;background:var(--a);color:var(--b);cursor:pointer;box-shadow:0 4px 16px #0006}
button:focus-visible{outline:2px solid var(--b);box-shadow:0 0 0 5px var(--a)}
i{display:block;width:24px;height:24px;margin:auto;background:currentColor;forced-color-adjust:none;clip-path:path(evenodd,"M4 4h16v13h-8l-5 4v-4H4zM8 8v2h8V8zm0 4v2h6v-2z")}
button[aria-expanded=true] i{clip-path:path("M4 8l8 8 8-8 2 2-10 10L2 10z")}
b{position:absolute;top:-4px;inset-inline-end:-4px;min-width:22px;border-radius:11px;background:#be222a;color:#fff;font:600 12px/22px system-ui}
button[aria-expanded=false]:is(:hover,:focus-visible):after{content:attr(aria-label);position:absolute;top:12px;inset-inline-end:68px;padding:6px 12px;border-radius:8px;background:var(--a);font:14px/20px system-ui;white-space:nowrap;pointer-events:none}
[hidden]{display:none}
iframe{bottom:88px;width:min(400px,100vw - 40px);height:min(680px,100vh - 108px);border-radius:16px;box-shadow:0 0 0 1px #0001,0 8px 40px #0005;color-scheme:light dark}
@media(max-width:480px){iframe{inset:0;width:100%;height:100%;border-radius:0}button[aria-expanded=true]{display:none}}
@media(prefers-color-scheme:dark){:host{--a:#4dc0d1;--b:#051920}}`;

const look = window.batonLook;

const make = <Tag extends keyof HTMLElementTagNameMap>(tag: Tag): HTMLElementTagNameMap[Tag] =>
  document.createElement(tag);

// A module is not told which script it is.
const script = (document.currentScript ??
  document.querySelector('[data-channel][src*="/w.js"]')) as HTMLScriptElement | null;
const channel = script?.dataset.channel;
const knownKey = `baton.${channel}`;
/** There is a talk here. */
const isKnown = visitStorage((store) => store.getItem(knownKey));
const early = window.baton;

const host = make('div');
const button = make('button');
const badge = make('b');
const frame = make('iframe');
let port: MessagePort | undefined;
let isOpen = false;
let isOver = false;
let unread = 0;
/** Until the chat itself says so. */
let name = look?.name ?? 'Chat with us';
/** What the chat is to hear as soon as it is there. */
const said: Said[] = [];
const observer = new MutationObserver(attach);

// A page that carries the snippet twice still gets one launcher.
if (early?.attach) early.attach();
else if (channel && (isKnown || !window.batonClosed?.includes(channel))) {
  if (document.body) start();
  else addEventListener('DOMContentLoaded', start);
}

function start(): void {
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles + (look?.css ?? ''));
  root.adoptedStyleSheets = [sheet];
  button.setAttribute('aria-controls', 'chat');
  button.append(make('i'), badge);
  button.onclick = () => setOpen(!isOpen);
  button.onpointerenter = button.onfocus = load;
  button.onkeydown = ({ key }) => {
    // No value to return: `false` would keep Enter from pressing the button.
    if (key === 'Escape') setOpen(false);
  };
  root.append(button);
  draw();
  observer.observe(document, { childList: true });
  window.baton = Object.assign(baton, { attach });
  attach();
  for (const [command, value] of early?.q ?? []) baton(command as string, value);
  if (isKnown) (window.requestIdleCallback ?? setTimeout)(load);
}

function attach(): void {
  const page = document.documentElement;
  if (isOver || host.isConnected) return;
  page.append(host);
  observer.observe(page, { childList: true });
}

/** The chat says what it does not understand. */
function baton(command: string, value: unknown = null): void {
  if (command === 'open' || command === 'close') return setOpen(command === 'open');
  said.push([command, JSON.stringify(value)]);
  if (command === 'reset') {
    visitStorage((store) => store.removeItem(knownKey));
    load();
  }
  if (port) for (const each of said.splice(0)) tell({ type: 'said', said: each });
}

function setOpen(next: boolean): void {
  if (next) load();
  if (next === isOpen) return;
  isOpen = next;
  draw();
  frame.hidden = !isOpen;
  fit();
  tellShown();
  (isOpen ? frame : button).focus();
}

function draw(): void {
  button.ariaExpanded = String(isOpen);
  badge.hidden = isOpen || !unread;
  badge.textContent = unread > 9 ? '9+' : String(unread);
  button.ariaLabel = name;
}

/** The chat, hidden at first: it is told so, and tells what the page should know. */
function load(): void {
  if (frame.src) return;
  const { origin } = new URL(script!.src);
  frame.id = 'chat';
  frame.src = `${origin}/widget.html?channel=${channel}`;
  frame.hidden = true;
  frame.onload = () => {
    const pipe = new MessageChannel();
    port = pipe.port1;
    port.onmessage = ({ data }) => hear(Object(data) as ToPage);
    const dir = getComputedStyle(document.documentElement).direction as Hello['dir'];
    const { lang } = document.documentElement;
    const hello: Hello = { baton: 1, dir, lang, said: said.splice(0) };
    // The exact origin: had the frame gone elsewhere, the browser would deliver nothing.
    frame.contentWindow!.postMessage(hello, origin, [pipe.port2]);
    tellShown();
  };
  for (const change of ['resize', 'scroll']) visualViewport!.addEventListener(change, fit);
  host.shadowRoot!.append(frame);
}

/** By the port that nobody but our frame has; of what else it might say nothing is done, and a count is a number. */
function hear(message: ToPage): void {
  const { type } = message;
  if (type === 'close') setOpen(false);
  if (type === 'known') visitStorage((store) => store.setItem(knownKey, '1'));
  // Only a chat that has heard of the customer's consent asks.
  if (type === 'where') tell({ type: 'place', page: location.href, referrer: document.referrer });
  if (type === 'closed') {
    isOver = true;
    host.remove();
  }
  if (type === 'unread') {
    unread = Number(message.count) || 0;
    name = message.name;
    frame.title = message.title;
    draw();
  }
}

function tell(message: ToFrame): void {
  port?.postMessage(message);
}

function tellShown(): void {
  tell({ type: isOpen ? 'shown' : 'hidden' });
}

/** A phone's keyboard covers the frame unless it follows the visible part of the page. */
function fit(): void {
  const { height, offsetTop } = visualViewport!;
  const fills = innerWidth <= 480 && isOpen;
  frame.style.height = fills ? `${height}px` : '';
  frame.style.top = fills ? `${offsetTop}px` : '';
}

/** Null where the page may not store anything. */
function visitStorage(visit: (store: Storage) => string | null | void): string | null | void {
  try {
    return visit(localStorage);
  } catch {
    return null;
  }
}
