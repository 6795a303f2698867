/**
 * Actions called over HTTP, so many at once of one address (H18); the others of it wait in line.
 *
 * Actions share their workers: of four hundred sign-ins that one source sends at once each would be served a four-hundredth at a time,
 * and so would the one of somebody else who comes among them.
 */
import { EDGES } from '../values/edges.ts';

interface Line {
  underWay: number;
  waiting: (() => void)[];
}

export class LinesByAddress {
  readonly #lines = new Map<string, Line>();

  /** Runs it now or when one before it has ended. Nobody waits whose address is not known. */
  async run<T>(address: string | null, work: () => Promise<T>): Promise<T> {
    if (address === null) return work();
    const line = this.#lines.get(address) ?? { underWay: 0, waiting: [] };
    this.#lines.set(address, line);
    if (line.underWay < EDGES.actionsOfAddress.most) line.underWay++;
    // Whoever ends hands on its place.
    else await new Promise<void>((next) => line.waiting.push(next));
    try {
      return await work();
    } finally {
      const next = line.waiting.shift();
      if (next) next();
      else if (--line.underWay === 0) this.#lines.delete(address);
    }
  }
}
