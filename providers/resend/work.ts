/** What is still under way, so that a test can wait for the end of it and a stop leaves no timer behind. */
export class Work {
  #open = 0;
  #isStopped = false;
  readonly #timers = new Set<NodeJS.Timeout>();
  #waiting: (() => void)[] = [];

  /** Runs it after `ms`; 0 is the next turn. What it throws is thrown: it would be a fault of ours. */
  later(ms: number, run: () => Promise<void> | void): void {
    if (this.#isStopped) return;
    this.#open++;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#run(run);
    }, ms);
    this.#timers.add(timer);
  }

  async #run(run: () => Promise<void> | void): Promise<void> {
    try {
      await run();
    } finally {
      this.#open--;
      if (this.#open === 0) this.#settle();
    }
  }

  /** Resolves when nothing is left to do, tries that are due later included. */
  settled(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#settle();
  }

  #settle(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
