/** Whether the person of this tab is at it, and looks at it. */
import { useSyncExternalStore } from 'react';

let lastActiveAt = Date.now();
const listeners = new Set<() => void>();

/** Whoever reads without a move for longer may have left. */
const readsForMs = 2 * 60_000;

export const idleMs = () => Date.now() - lastActiveAt;

/** The tab is in front, and its person was at it a moment ago. */
const isLooking = () =>
  document.visibilityState === 'visible' && document.hasFocus() && idleMs() < readsForMs;

function tell() {
  for (const listener of listeners) listener();
}

for (const event of ['pointerdown', 'keydown', 'wheel', 'pointermove'] as const) {
  const act = () => {
    const wasIdle = idleMs() >= readsForMs;
    lastActiveAt = Date.now();
    if (wasIdle) tell();
  };
  addEventListener(event, act, { passive: true, capture: true });
}
for (const event of ['focus', 'blur'] as const) addEventListener(event, tell);
document.addEventListener('visibilitychange', tell);

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether they look at this tab right now. What ends by itself, for want of a move, is known when it is asked for next. */
export const useIsLooking = () => useSyncExternalStore(listen, isLooking);
