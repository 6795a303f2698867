// Loaded before an engine (`--import`): its wall clock obeys the file CLOCK_FILE: "<offset in ms>", "freeze", or "at
// <instant in ms>", where it stands still.

import { readFileSync } from 'node:fs';

const RealDate = Date;
let offsetMs = 0;
let frozenAtMs: number | null = null;

const now = (): number => frozenAtMs ?? RealDate.now() + offsetMs;

function obey(): void {
  try {
    const text = readFileSync(process.env.CLOCK_FILE!, 'utf8').trim();
    if (text === 'freeze') frozenAtMs ??= now();
    else if (text.startsWith('at ')) frozenAtMs = Number(text.slice(3));
    else if (text !== '') [offsetMs, frozenAtMs] = [Number(text), null];
  } catch {
    // No orders yet.
  }
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: [], self) => Reflect.construct(target, args.length > 0 ? args : [now()], self),
  apply: () => new RealDate(now()).toString(),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});
obey();
setInterval(obey, 5).unref();
