/**
 * How long user code has run, apart from what the engine did for it meanwhile: reading and writing is not its time (F21).
 *
 * One account for this thread, on which one thing runs at a time: it is either in a realm or in the engine. A watchdog may
 * cut both at any instruction; `restart` begins anew.
 */
let inRealm = false;
let since = 0;
let spentMs = 0;

export function restartAccount(): void {
  inRealm = false;
  spentMs = 0;
}

/** A realm runs from here on. */
export function enterRealm(): void {
  if (inRealm) return;
  inRealm = true;
  since = performance.now();
}

/** The engine works from here on. */
export function leaveRealm(): void {
  if (!inRealm) return;
  inRealm = false;
  spentMs += performance.now() - since;
}

/** What user code has run since `restartAccount`, ms. */
export function userMs(): number {
  return inRealm ? spentMs + performance.now() - since : spentMs;
}
