/** Where the words that were looked for stand in a text, and the part of it that shows them (docs/rules.md T9, E6). Pure. */
import { fold } from '../agents/language/words';
import { between, firstCharacters, oneLine } from '../kit/text';

export interface Piece {
  text: string;
  isMarked: boolean;
}

interface Place {
  from: number;
  to: number;
}

/** Letters of scripts without spaces are words of their own dictionary. */
const segmenter = /* @__PURE__ */ new Intl.Segmenter('en', { granularity: 'word' });
const mostMarks = 50;
/** Texts are looked at so far. */
const mostUnits = 4_000;

function placesIn(text: string, words: readonly string[]): Place[] {
  const places: Place[] = [];
  if (words.length === 0) return places;
  for (const { segment, index, isWordLike } of segmenter.segment(text)) {
    if (index > mostUnits || places.length === mostMarks) break;
    if (!isWordLike) continue;
    // What the dictionary takes for one word may hold several: "anna@example.com", "don't".
    for (const part of segment.matchAll(/[\p{L}\p{N}\p{M}'’]+/gu)) {
      const word = fold(part[0]);
      if (words.some((each) => word.startsWith(each))) {
        places.push({ from: index + part.index, to: index + part.index + part[0].length });
      }
    }
  }
  return places;
}

/** The text in pieces, marked where one of the words, or what begins with it, stands. Put together they are the text. */
export function markedPieces(text: string, words: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { from, to } of placesIn(text, words)) {
    if (from > at) pieces.push({ text: between(text, at, from), isMarked: false });
    pieces.push({ text: between(text, from, to), isMarked: true });
    at = to;
  }
  if (at < text.length) pieces.push({ text: between(text, at, text.length), isMarked: false });
  return pieces;
}

/** So much stands before the first word that was looked for. */
const lead = 40;

/** The part of a text around the first of the words, on one line, `…` where something is left out. */
export function excerptOf(text: string, words: readonly string[], most: number): string {
  const line = oneLine(text);
  const first = placesIn(line, words)[0]?.from ?? 0;
  // Where there is no space to cut at: at the word itself.
  const from = first <= lead ? 0 : line.lastIndexOf(' ', first - lead) + 1 || first;
  const rest = between(line, from, line.length);
  const kept = firstCharacters(rest, most);
  return `${from > 0 ? '…' : ''}${kept}${kept === rest ? '' : '…'}`;
}
