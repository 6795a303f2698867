/** Functions that keep running into their time limit: three times within a minute blocks one for a minute. */

const WINDOW_MS = 60_000;
const BLOCK_MS = 60_000;
const STRIKES = 3;

export class Timeouts {
  readonly #now: () => number;
  readonly #strikes = new Map<string, number[]>();
  readonly #blockedUntil = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a timeout of `key`. */
  strike(key: string): void {
    const now = this.#now();
    const recent = (this.#strikes.get(key) ?? []).filter((at) => at > now - WINDOW_MS);
    recent.push(now);
    if (recent.length < STRIKES) {
      this.#strikes.set(key, recent);
      return;
    }
    this.#strikes.delete(key);
    this.#blockedUntil.set(key, now + BLOCK_MS);
  }

  /** Seconds until `key` may run again, 0 when it may. */
  blockedFor(key: string): number {
    if (this.#blockedUntil.size === 0) return 0;
    const until = this.#blockedUntil.get(key);
    if (until === undefined) return 0;
    const left = until - this.#now();
    if (left > 0) return Math.ceil(left / 1000);
    this.#blockedUntil.delete(key);
    return 0;
  }
}
