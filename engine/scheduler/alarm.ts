/**
 * A clock that calls back: at once, at a wall-clock time, and at least every half minute.
 *
 * `ring` and `ringAt` are coalesced into one call on a fresh turn of the event loop. A timer never sleeps longer than
 * LONGEST_SLEEP_MS, because timers count elapsed time, not wall time: a laptop that slept or a clock that was set must not
 * make a job late by as much. It also keeps times beyond 2^31 ms out of setTimeout, which would fire at once.
 */

const LONGEST_SLEEP_MS = 30_000;

export class Alarm {
  readonly #callback: () => void;
  #timer: NodeJS.Timeout | null = null;
  #timerAtMs = Infinity;
  #immediate: NodeJS.Immediate | null = null;
  #stopped = false;

  constructor(callback: () => void) {
    this.#callback = callback;
  }

  ring(): void {
    if (this.#stopped || this.#immediate !== null) return;
    this.#immediate = setImmediate(() => {
      this.#immediate = null;
      this.#callback();
    });
  }

  /** Replaces the time set before; null sleeps the longest sleep. */
  ringAt(wallMs: number | null): void {
    if (this.#stopped) return;
    const nowMs = Date.now();
    const atMs = Math.min(wallMs ?? Infinity, nowMs + LONGEST_SLEEP_MS);
    if (this.#timer !== null && this.#timerAtMs === atMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.ring();
      },
      Math.max(0, Math.ceil(atMs - nowMs)),
    );
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
  }
}

/** Waits that grow from half a second to two hours, one step per failed attempt. */
export function backoffMs(attempt: number): number {
  return Math.min(500 * 2 ** attempt, 7_200_000) * (0.5 + Math.random() / 2);
}
