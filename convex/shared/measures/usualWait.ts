/**
 * How long customers usually wait for a person (docs/rules.md H5), from what really happened: the time the team was there between a
 * handover and the first reply, of those handed over while it was there. Too few tell nothing. Pure.
 */
import type { OpenTimes } from '../kit/calendar';
import { isOpen, openMinutesBetween } from '../kit/openTimes';

/** Of the newest replies of so many days. */
export const usualWithinMs = 7 * 86_400_000;
export const mostReplies = 200;
const fewestReplies = 10;

interface Reply {
  at: number;
  /** From the handover on. */
  ms: number;
}

/** The median in minutes, rounded up as one would say it: 3, 25, 120. Null: nothing honest can be said. */
export function usualMinutes(replies: readonly Reply[], calendar: OpenTimes | null): number | null {
  const waits = replies
    .filter(({ at, ms }) => calendar === null || isOpen(calendar, at - ms))
    .map(({ at, ms }) => (calendar === null ? ms / 60_000 : openMinutesBetween(calendar, at - ms, at)))
    .toSorted((a, b) => a - b);
  if (waits.length < fewestReplies) return null;
  return rounded(waits[Math.ceil(waits.length / 2) - 1]!);
}

function rounded(minutes: number): number {
  const step = minutes <= 10 ? 1 : minutes <= 60 ? 5 : 60;
  return Math.max(1, Math.ceil(minutes / step) * step);
}
