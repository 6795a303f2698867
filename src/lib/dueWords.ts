/** What is due, in words: "due in 12m", "3h overdue". Pure; the browser's clock ticks it. */
import type { TargetKind } from '../../convex/shared/tickets/targets';

export interface Due {
  at: number;
  /** From when on it is near. */
  nearAt: number;
  target: TargetKind;
}
export type Nearness = 'far' | 'near' | 'missed';

export const targetWords: Record<TargetKind, string> = {
  firstReply: 'First reply',
  nextReply: 'Reply',
  resolution: 'Resolution',
};

export const nearnessLooks: Record<Nearness, string> = {
  far: 'text-ink-3',
  near: 'font-medium text-warn',
  missed: 'font-semibold text-bad',
};

export function nearnessOf({ at, nearAt }: Pick<Due, 'at' | 'nearAt'>, now: number): Nearness {
  if (now >= at) return 'missed';
  return now >= nearAt ? 'near' : 'far';
}

/** "due in 12m", "3h overdue". */
export function dueWords({ at }: Pick<Due, 'at'>, now: number): string {
  return now >= at ? `${span(now - at)} overdue` : `due in ${span(at - now)}`;
}

/** "<1m", "12m", "3h" up to two days, then "5d": rounded down, as ages are. */
function span(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return '<1m';
  if (minutes < 60) return `${minutes}m`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1_440)}d`;
}
