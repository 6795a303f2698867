/**
 * How many requests are begun in one turn of the loop (H16).
 *
 * A burst of thousands arrives in one turn, and whatever else is due would wait for all of it. So a few are begun at once, the rest
 * in the turns that follow, the addresses (sources.ts) by turns: who comes from elsewhere does not stand behind the burst either.
 */

/** Some milliseconds of beginning, in the worst case of refusing, too. */
export const A_TURN = 64;

export class FairTurns {
  /** Who comes next first. */
  readonly #lines = new Map<string, (() => void)[]>();
  #begun = 0;
  #isArmed = false;

  /** Begins it in this turn or a later one, in the order of those from the same address. */
  begin(address: string, work: () => void): void {
    this.#arm();
    if (this.#lines.size === 0 && this.#begun < A_TURN) {
      this.#begun++;
      return work();
    }
    const line = this.#lines.get(address);
    if (line) line.push(work);
    else this.#lines.set(address, [work]);
  }

  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isArmed = false;
    this.#begun = 0;
    for (const [address, line] of this.#lines) {
      if (this.#begun >= A_TURN) break;
      this.#begun++;
      // Behind the others: a map is walked in the order of insertion, so this walk comes to it again.
      this.#lines.delete(address);
      const work = line.shift()!;
      if (line.length > 0) this.#lines.set(address, line);
      work();
    }
    if (this.#lines.size > 0) this.#arm();
  }
}
