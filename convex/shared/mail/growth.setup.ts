/** How many times longer eight times the text takes: 8 where work grows with the length, 64 where with its square. */
import { quickest } from '../../../test/quickest';

/** The least of several tries: what else the machine does only adds. */
export async function growth(work: (length: number) => unknown, length: number): Promise<number> {
  let least = Infinity;
  for (let tries = 0; tries < 4 && least > 24; tries++) {
    const small = await quickest(() => work(length), 3);
    least = Math.min(least, (await quickest(() => work(8 * length), 2)) / Math.max(small, 0.3));
  }
  return least;
}
