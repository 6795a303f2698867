/**
 * Work that is done one at a time: those who are known go before strangers, in the order they came.
 *
 * A line that is full takes nobody: whoever would wait longer than a second is better told so, and what waits stays bounded
 * whatever comes (docs/rules.md E4). Strangers cannot fill the line of the known.
 */
/** In each line; one source of tries has half as many (model/people/tries.ts). */
export const mostWaiting = 60;

export class Turns {
  readonly #known: (() => Promise<void>)[] = [];
  readonly #strangers: (() => Promise<void>)[] = [];
  readonly #pause: () => Promise<unknown>;
  #isBusy = false;

  /** `pause` is waited for before each, so that the worker's other calls come in between. */
  constructor(pause: () => Promise<unknown>) {
    this.#pause = pause;
  }

  /** What the work returns when its turn has come, or null at once when its line is full. */
  take<T>(isKnown: boolean, work: () => Promise<T>): Promise<T | null> {
    const line = isKnown ? this.#known : this.#strangers;
    if (line.length >= mostWaiting) return Promise.resolve(null);
    const done = new Promise<T>((resolve, reject) => {
      line.push(() => work().then(resolve, reject));
    });
    if (!this.#isBusy) void this.#run();
    return done;
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    for (;;) {
      await this.#pause();
      const next = this.#known.shift() ?? this.#strangers.shift();
      if (next === undefined) break;
      await next();
    }
    this.#isBusy = false;
  }
}
