/** How pressing a wait is, by the priority's own measure (docs/rules.md T7). Pure. */
import type { Priority } from '../../convex/shared/tickets/tickets';

export type Pressure = 'fine' | 'long' | 'tooLong';

const minute = 60_000;
/** From when on a wait is long, and too long. */
const measures: Record<Priority, readonly [long: number, tooLong: number]> = {
  urgent: [5 * minute, 15 * minute],
  high: [15 * minute, 60 * minute],
  normal: [60 * minute, 4 * 60 * minute],
  low: [4 * 60 * minute, 24 * 60 * minute],
};

export function pressureOf(priority: Priority, waitMs: number): Pressure {
  const [long, tooLong] = measures[priority];
  if (waitMs >= tooLong) return 'tooLong';
  return waitMs >= long ? 'long' : 'fine';
}
