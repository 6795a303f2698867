/**
 * A text of the desk as WhatsApp writes it (docs/rules.md M8, E6): what models write as Markdown becomes WhatsApp's own markup, which
 * is read here as WhatsApp shows it, and a long text is cut into parts between paragraphs, lines or words. Pure.
 */
import { firstUnits, withoutStart } from '../kit/text';

/** Most characters of one text, by code units: WhatsApp counts no others. */
export const maxText = 4_096;
export const maxCaption = 1_024;

/** `**bold**`, `~~gone~~`, `# Heading` and `[words](address)`; what is WhatsApp's already stays as it is. */
export function asWhatsapp(text: string): string {
  return text
    .replaceAll(/\*\*(?=\S)([^*\n]*[^*\s])\*\*/g, '*$1*')
    .replaceAll(/~~(?=\S)([^~\n]*[^~\s])~~/g, '~$1~')
    .replaceAll(/^#{1,6} +(.+)$/gm, '*$1*')
    .replaceAll(/\[([^[\]\n]+)\]\((https?:\/\/[^\s()]+)\)/g, (_, words: string, address: string) =>
      words === address ? address : `${words}: ${address}`,
    );
}

/** `*bold*`, `_italic_`, `~gone~`: around words, on one line, and not inside of an address or a word. */
const marks = /(?<![^\s([{"'“‘«*_~])([*_~])(?=\S)((?:(?!\1)[^\n])*?\S)\1(?![\p{L}\p{N}/])/gu;

export interface Piece {
  text: string;
  /** The mark that stood on both sides of it; what is marked within is marked still. */
  mark?: '*' | '_' | '~';
}

/** A text as WhatsApp shows it. */
export function markedPieces(text: string): Piece[] {
  // In threes: what no mark stands around, a mark, and what stands between two of it.
  const parts = text.split(marks);
  return parts
    .flatMap((part, at): Piece[] => {
      if (at % 3 === 0) return [{ text: part }];
      return at % 3 === 1 ? [{ text: parts[at + 1]!, mark: part as NonNullable<Piece['mark']> }] : [];
    })
    .filter((piece) => piece.text !== '');
}

/** Where one line is all there is room for: the words alone. */
export function withoutMarks(text: string): string {
  return markedPieces(text)
    .map((piece) => (piece.mark === undefined ? piece.text : withoutMarks(piece.text)))
    .join('');
}

/** [M8] With the lines before it: a line costs no message of its own. */
export function withLines(lines: readonly string[], text: string): string {
  return [...lines.map((line) => `_${line}_`), text].filter((part) => part !== '').join('\n\n');
}

/** In order; nothing is lost but the space at a cut. */
export function partsOf(text: string, most = maxText): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > most) {
    const part = beginning(rest, most);
    parts.push(part.trimEnd());
    rest = withoutStart(rest, part).trimStart();
  }
  return rest === '' && parts.length > 0 ? parts : [...parts, rest];
}

/** Up to the last paragraph, line, sentence or word that fits, as long as that leaves no stump. */
function beginning(text: string, most: number): string {
  const whole = firstUnits(text, most);
  for (const end of ['\n\n', '\n', '. ', ' ']) {
    const at = whole.lastIndexOf(end);
    if (at > most / 2) return firstUnits(whole, at + end.length);
  }
  return whole;
}
