/**
 * Notices when the wall clock is set: it is held against time that only passes, once a second (J29).
 *
 * A sleeping machine looks like a step forward, and that is right: what came due meanwhile is due.
 */

const EVERY_MS = 1_000;
/** A clock that is slewed moves less than this in a second. */
const LEAST_STEP_MS = 500;

/** `onStep` hears by how many ms the wall clock jumped, backwards below zero. The answer ends it. */
export function watchClock(onStep: (ms: number) => void): () => void {
  const offset = (): number => Date.now() - performance.now();
  let known = offset();
  const timer = setInterval(() => {
    const now = offset();
    const step = now - known;
    known = now;
    if (Math.abs(step) >= LEAST_STEP_MS) onStep(step);
  }, EVERY_MS).unref();
  return () => clearInterval(timer);
}
