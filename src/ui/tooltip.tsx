/**
 * Hints for controls that already have a name. One layer for the whole page listens and shows them, so that a control with
 * a hint costs nothing until it is pointed at.
 */
import {
  cloneElement,
  type HTMLAttributes,
  type ReactElement,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Kbd } from './kbd';

type Hinted = HTMLAttributes<HTMLElement> & { 'data-hint'?: string; 'data-hint-keys'?: string };

/** `keys` teaches the shortcut. */
export function Tooltip(props: { text: string; keys?: string; children: ReactElement<Hinted> }) {
  return cloneElement(props.children, { 'data-hint': props.text, 'data-hint-keys': props.keys });
}

const restMs = 500;
/** For the way from the control to its hint, and from one control to the next, which then shows its hint at once. */
const graceMs = 150;
const gap = 6;

/** The one hint that is shown. It can be pointed at, and any press ends it. */
export function TooltipLayer() {
  const [control, setControl] = useState<HTMLElement | null>(null);
  const popup = useRef<HTMLDivElement>(null);
  useEffect(() => listen(setControl, popup), []);
  useLayoutEffect(() => {
    if (control && popup.current) place(popup.current, control.getBoundingClientRect());
  }, [control]);
  if (!control) return null;
  const { hint, hintKeys } = control.dataset;
  return (
    <div
      ref={popup}
      className="fixed top-0 left-0 z-60 flex w-max max-w-72 items-center gap-2 rounded-md bg-surface px-2 py-1 text-xs text-ink-2 shadow-pop transition-opacity duration-120 starting:opacity-0"
    >
      {hint}
      {hintKeys && <Kbd keys={hintKeys} />}
    </div>
  );
}

/** Above the control, or below it where there is no room; never beyond the edges. */
function place(popup: HTMLElement, control: DOMRect) {
  const { width, height } = popup.getBoundingClientRect();
  const left = Math.min(Math.max(control.left + (control.width - width) / 2, gap), innerWidth - width - gap);
  const above = control.top - height - gap;
  popup.style.transform = `translate(${Math.max(left, gap)}px, ${above < gap ? control.bottom + gap : above}px)`;
}

function listen(
  show: (control: HTMLElement | null) => void,
  popup: { current: HTMLElement | null },
): () => void {
  let shown: HTMLElement | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const change = (next: HTMLElement | null, afterMs: number) => {
    clearTimeout(timer);
    if (next === shown) return;
    timer = setTimeout(() => show((shown = next?.isConnected ? next : null)), afterMs);
  };
  const controlOf = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<HTMLElement>('[data-hint]') : null;
  const listening = new AbortController();
  const on = <Name extends keyof DocumentEventMap>(
    name: Name,
    act: (event: DocumentEventMap[Name]) => void,
  ) => document.addEventListener(name, act, { capture: true, passive: true, signal: listening.signal });
  const end = () => change(null, 0);

  on('pointerover', ({ pointerType, target }) => {
    if (pointerType !== 'mouse') return;
    const isHint = target instanceof Node && popup.current?.contains(target);
    const next = isHint ? shown : controlOf(target);
    change(next, next && !shown ? restMs : graceMs);
  });
  on('focusin', ({ target }) => {
    const control = controlOf(target);
    if (control?.matches(':focus-visible')) change(control, 0);
  });
  on('focusout', end);
  on('pointerdown', end);
  on('keydown', end);
  on('scroll', end);
  return () => {
    clearTimeout(timer);
    listening.abort();
  };
}
