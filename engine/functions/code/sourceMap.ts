/** A reader of version-3 source maps: generated position → original file and position. Decoded once, on first use. */

export interface OriginalPosition {
  source: string;
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
}

const DIGITS = new Map(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((ch, i) => [
    ch.charCodeAt(0),
    i,
  ]),
);

interface Segment {
  column: number;
  source: number;
  line: number;
  originalColumn: number;
}

export class SourceMap {
  readonly #sources: readonly string[];
  readonly #lines: Segment[][];

  /** Throws when `json` is not a source map. */
  constructor(json: string) {
    const map = JSON.parse(json) as { sources: (string | null)[]; sourceRoot?: string; mappings: string };
    this.#sources = map.sources.map((source) => (map.sourceRoot ?? '') + (source ?? ''));
    this.#lines = decode(map.mappings);
  }

  /** The original of a 1-based generated position, or null where nothing is mapped. */
  find(line: number, column: number): OriginalPosition | null {
    const segments = this.#lines[line - 1];
    if (segments === undefined) return null;
    let low = 0;
    let high = segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (segments[middle]!.column <= column - 1) low = middle + 1;
      else high = middle;
    }
    const hit = segments[low - 1];
    const source = hit === undefined || hit.source < 0 ? undefined : this.#sources[hit.source];
    return source === undefined ? null : { source, line: hit!.line + 1, column: hit!.originalColumn + 1 };
  }
}

function decode(mappings: string): Segment[][] {
  const lines: Segment[][] = [[]];
  let [column, source, line, originalColumn] = [0, 0, 0, 0];
  let at = 0;
  const field = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 5) {
      const digit = DIGITS.get(mappings.charCodeAt(at++));
      if (digit === undefined) throw new Error('malformed source map');
      value |= (digit & 31) << shift;
      if ((digit & 32) === 0) return value & 1 ? -(value >>> 1) : value >>> 1;
    }
  };
  const ends = (): boolean => at >= mappings.length || mappings[at] === ',' || mappings[at] === ';';
  while (at < mappings.length) {
    const ch = mappings[at];
    if (ch === ';') {
      lines.push([]);
      column = 0;
      at++;
    } else if (ch === ',') {
      at++;
    } else {
      column += field();
      if (ends()) {
        lines.at(-1)!.push({ column, source: -1, line: 0, originalColumn: 0 });
        continue;
      }
      source += field();
      line += field();
      originalColumn += field();
      if (!ends()) field();
      lines.at(-1)!.push({ column, source, line, originalColumn });
    }
  }
  return lines;
}
