/** How long the one thread that serves everybody stands still. */
import { setTimeout as pause } from 'node:timers/promises';

const QUIET_MS = 50;

/**
 * Milliseconds the loop stood still at most, in time of its own thread: what other work of the machine takes is not ours. The
 * least of a few times, for a collection of garbage is nobody's text.
 */
export async function longestHold(
  work: () => Promise<unknown>,
  { times = 3, quietMs = QUIET_MS } = {},
): Promise<number> {
  let least = Infinity;
  for (let time = 0; time < times; time++) {
    await pause(quietMs);
    let longest = 0;
    let before = ownTime();
    const look = setInterval(() => {
      const now = ownTime();
      longest = Math.max(longest, now - before);
      before = now;
    }, 1);
    await work();
    await pause(quietMs);
    clearInterval(look);
    least = Math.min(least, longest);
  }
  return least;
}

function ownTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
