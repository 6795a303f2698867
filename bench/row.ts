/** What a row of the table is: something measured beside a bare baseline, and the figure it should reach. */
import type { Engines } from './support/engines.ts';

/** Bounds of the ratio to the baseline and of the figure itself; all of them must hold. */
export interface Reach {
  ratioAtLeast?: number;
  ratioAtMost?: number;
  atLeast?: number;
  atMost?: number;
}

export interface Figure {
  what: string;
  /** How `engine` and `baseline` are counted. */
  unit: string;
  engine: number;
  /** Null where nothing bare does the same. */
  baseline: number | null;
  /** What the baseline is. */
  against?: string;
  reach: Reach;
  note?: string;
}

interface Size {
  /** Tiny sizes only prove that a row works. */
  tiny: boolean;
}

export interface Row {
  name: string;
  /** One line for `--list`. */
  about: string;
  run(bench: { engines: Engines; size: Size }): Promise<Figure[]>;
}

export function ratioOf({ engine, baseline }: Figure): number | null {
  return baseline === null ? null : engine / baseline;
}

export function isMet(figure: Figure): boolean {
  const { ratioAtLeast, ratioAtMost, atLeast, atMost } = figure.reach;
  const ratio = ratioOf(figure);
  return (
    isWithin(figure.engine, atLeast, atMost) &&
    (ratio === null
      ? ratioAtLeast === undefined && ratioAtMost === undefined
      : isWithin(ratio, ratioAtLeast, ratioAtMost))
  );
}

function isWithin(
  value: number,
  atLeast = Number.NEGATIVE_INFINITY,
  atMost = Number.POSITIVE_INFINITY,
): boolean {
  return value >= atLeast && value <= atMost;
}
