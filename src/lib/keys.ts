/** How shortcuts are written (tinykeys' syntax: "j", "g i", "$mod+Enter", "Shift+E") and shown. */

const isApple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

const names: Record<string, string> = {
  $mod: isApple ? '⌘' : 'Ctrl',
  Shift: '⇧',
  Alt: isApple ? '⌥' : 'Alt',
  Enter: '↵',
  Escape: 'Esc',
  ArrowDown: '↓',
  ArrowUp: '↑',
  Period: '.',
  Comma: ',',
  Space: 'Space',
};

/** "$mod+Enter" → ["⌘", "↵"]; "g i" → ["G", "I"]. */
export function describeKeys(keys: string): string[] {
  return keys
    .split(' ')
    .flatMap((press) => press.split('+'))
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

const spoken: Record<string, string> = {
  '⌘': 'Command',
  Ctrl: 'Control',
  '⇧': 'Shift',
  '⌥': 'Option',
  '↵': 'Enter',
  Esc: 'Escape',
  '↓': 'arrow down',
  '↑': 'arrow up',
  '.': 'full stop',
  ',': 'comma',
  '?': 'question mark',
  '/': 'slash',
  '[': 'left bracket',
  ']': 'right bracket',
};

/** "$mod+Enter" → "Control Enter". */
export function sayKeys(keys: string): string {
  return describeKeys(keys)
    .map((cap) => spoken[cap] ?? cap)
    .join(' ');
}

/** One that only shows something, and has nothing of what is pressed any more once it is on its way out. */
const leaving = '[data-lets-go][data-closed]';
const layers = `:is([role=dialog],[role=alertdialog],[role=menu]):not([data-toast],${leaving})`;

/** A dialog or a menu is open, or (unless told otherwise) about to be gone: what is pressed belongs to it. */
export function isLayerOpen(options: { orClosing: boolean } = { orClosing: true }): boolean {
  return document.querySelector(options.orClosing ? layers : `${layers}:not([data-closed])`) !== null;
}

const fields = 'input,textarea,select';
const surroundings = 'form,[role=dialog],[role=alertdialog],[role=menu]';

/**
 * What has the focus means this single key for itself: a field, any part of a form, a dialog, a menu or a message; Enter,
 * whatever it presses. Escape steps back from anywhere, but a message closes by it first.
 */
export function hasOwnKeys(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement) || target.closest(leaving) !== null) return false;
  if (key === 'Escape') return target.closest('[data-toast]') !== null;
  if (key === 'Enter' && target.closest('a,button,summary,[role]')) return true;
  return target.isContentEditable || target.closest(`${fields},${surroundings}`) !== null;
}

/**
 * From here on a press that belongs to an input method reaches nobody else on the page, ours or a library's. Safari ends the
 * composition before it tells of the Enter that confirmed it: only the old code, 229, says so still.
 */
export function leaveComposedKeys(): void {
  const leave = (event: KeyboardEvent) => {
    // oxlint-disable-next-line typescript/no-deprecated -- nothing newer says it
    if (event.isComposing || event.keyCode === 229) event.stopPropagation();
  };
  addEventListener('keydown', leave, true);
}

/** Text is being read or written there: it has a meaning of its own for keys that act everywhere else. */
export function isTextFocused(): boolean {
  const focused = document.activeElement;
  return isLayerOpen() || (focused?.matches(fields) ?? false) || focused?.closest('[data-thread]') !== null;
}
