/** The table as it is printed: a line of Markdown for each figure. */
import { type Figure, isMet, ratioOf, type Reach } from './row.ts';

export const TABLE_HEAD = `| figure | Baton | baseline | ratio | to reach | | baseline is |
| --- | --- | --- | --- | --- | --- | --- |`;

export function tableLine(figure: Figure): string {
  const { what, unit, baseline, engine, reach, against, note } = figure;
  const ratio = ratioOf(figure);
  const cells = [
    what,
    `${rounded(engine)} ${unit}`,
    baseline === null ? '' : `${rounded(baseline)} ${unit}`,
    ratio === null ? '' : rounded(ratio),
    goalOf(reach, unit),
    isMet(figure) ? 'met' : 'not met',
    [against, note].filter(Boolean).join('; '),
  ];
  return `| ${cells.join(' | ')} |`;
}

function goalOf({ ratioAtLeast, ratioAtMost, atLeast, atMost }: Reach, unit: string): string {
  const goals = [
    ratioAtLeast !== undefined && `≥ ${ratioAtLeast}×`,
    ratioAtMost !== undefined && `≤ ${ratioAtMost}×`,
    atLeast !== undefined && `≥ ${atLeast} ${unit}`,
    atMost !== undefined && `≤ ${atMost} ${unit}`,
  ];
  return goals.filter(Boolean).join(', ');
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
