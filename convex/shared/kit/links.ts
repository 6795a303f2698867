/** The web addresses in a text. Pure; work grows with the text's length and no faster. */
import { firstUnits, withoutStart } from './text';

export type Piece = { text: string; href?: string };

const address = /(https?:\/\/[^\s<>"]+)/;
/** What ends the sentence does not belong to the address. */
const ends = new Set(".,;:!?)]'’”");

/** Addresses of web pages become links; everything else stays text. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let between = '';
  // Every second part is what the brackets took: an address.
  for (const [at, part] of text.split(address).entries()) {
    const href = at % 2 === 0 ? '' : withoutEnding(part);
    if (at % 2 === 0 || !URL.canParse(href)) {
      between += part;
      continue;
    }
    if (between !== '') pieces.push({ text: between });
    pieces.push({ text: href, href });
    between = withoutStart(part, href);
  }
  if (between !== '') pieces.push({ text: between });
  return pieces;
}

function withoutEnding(part: string): string {
  let length = part.length;
  while (length > 0 && ends.has(part[length - 1]!)) length--;
  return firstUnits(part, length);
}
