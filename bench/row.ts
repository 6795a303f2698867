/** What a row of the table is: something measured beside a bare baseline, and the figure it should reach. */
import type { Engines } from './support/engines.ts';

export interface Figure {
  what: string;
  /** How `engine` and `baseline` are counted. */
  unit: string;
  baseline: number;
  /** What the baseline is. */
  against: string;
  engine: number;
  /** The figure to reach: at least or at most so much, as a ratio to the baseline or as `engine` itself. */
  reach: { of: 'ratio' | 'value'; atLeast?: number; atMost?: number };
  note?: string;
}

export interface Size {
  /** 1 for the real thing; tiny sizes only prove that a row works. */
  tiny: boolean;
}

export interface Row {
  name: string;
  run(bench: { engines: Engines; size: Size }): Promise<Figure[]>;
}

export function ratioOf({ engine, baseline }: Figure): number {
  return engine / baseline;
}

export function isMet(figure: Figure): boolean {
  const { of, atLeast, atMost } = figure.reach;
  const actual = of === 'ratio' ? ratioOf(figure) : figure.engine;
  return (atLeast === undefined || actual >= atLeast) && (atMost === undefined || actual <= atMost);
}
