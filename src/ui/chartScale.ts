/**
 * Where a chart's values stand, in a few lines: what is drawn are straight lines over one linear scale, for which libraries bring
 * colours and locales of fifteen kilobytes. Pure.
 */

/** What is counted has no halves, times go by minutes and hours, a share ends at one. */
export type ScaleKind = 'count' | 'time' | 'share';

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const timeSteps = [
  ...[1, 5, 15, 30].map((each) => each * second),
  ...[1, 5, 15, 30].map((each) => each * minute),
  ...[1, 2, 6, 12].map((each) => each * hour),
];
const mostTicks = 5;

/** From nought on, at most five and the last one at or above `most`. */
export function ticksTo(most: number, kind: ScaleKind): number[] {
  if (kind === 'share') return [0, 0.25, 0.5, 0.75, 1];
  const step = kind === 'time' ? timeStep(most) : roundStep(Math.max(most, 1));
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

const reaches = (step: number, most: number) => step * (mostTicks - 1) >= most;

function roundStep(most: number): number {
  for (let power = 1; ; power *= 10)
    for (const digit of [1, 2, 5]) if (reaches(digit * power, most)) return digit * power;
}

function timeStep(most: number): number {
  return timeSteps.find((step) => reaches(step, most)) ?? roundStep(most / day) * day;
}

/** An SVG path through all values that there are; a gap where there is none. */
export function pathThrough(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    const before = index > 0 ? values[index - 1] : null;
    path += `${before === null || before === undefined ? 'M' : 'L'}${round(x(index))} ${round(y(value))}`;
  }
  return path;
}

const round = (value: number) => Math.round(value * 10) / 10;
