/** Requests a second, of a team with all its keys, and what the answers say of it. */
export class Limiter {
  /** When each of the last second's requests was let in. */
  #taken: number[] = [];

  /** Null when let in; otherwise how many milliseconds until the next one would be. */
  take(now: number, perSecond: number): number | null {
    this.#forget(now);
    if (this.#taken.length < perSecond) {
      this.#taken.push(now);
      return null;
    }
    return this.#untilNext(now);
  }

  headers(now: number, perSecond: number): Record<string, string> {
    this.#forget(now);
    return {
      'ratelimit-policy': `${perSecond};w=1`,
      'ratelimit-limit': `${perSecond}`,
      'ratelimit-remaining': `${Math.max(0, perSecond - this.#taken.length)}`,
      'ratelimit-reset': `${Math.ceil(this.#untilNext(now) / 1_000)}`,
    };
  }

  #untilNext(now: number): number {
    return Math.max(1, (this.#taken[0] ?? now) + 1_000 - now);
  }

  #forget(now: number): void {
    const kept = this.#taken.findIndex((at) => at > now - 1_000);
    this.#taken.splice(0, kept === -1 ? this.#taken.length : kept);
  }
}
