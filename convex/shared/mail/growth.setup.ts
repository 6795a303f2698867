/** How many times longer 32 times the text takes: about 32 where work grows with the length, 1,024 where with its square. */
import { quickest } from '../../../test/quickest';

/** Between the two, far from both: machines do other things, too. */
export const muchGrowth = 250;

/** The least of several tries: what else the machine does only adds. */
export async function growth(work: (length: number) => unknown, length: number): Promise<number> {
  let least = Infinity;
  for (let tries = 0; tries < 8 && least > 100; tries++) {
    const small = await quickest(() => work(length), 3);
    least = Math.min(least, (await quickest(() => work(32 * length), 2)) / Math.max(small, 0.3));
  }
  return least;
}
