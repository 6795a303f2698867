/**
 * Words as search compares them: those of what was written, and those that are looked for (docs/rules.md T9, E3). Pure.
 *
 * Both sides are folded alike (lower case, no accents; where a script has no spaces, the words of the runtime's dictionary)
 * and cut to what the index holds of a word.
 */
import { wordsOf } from '../agents/language/words';
import { firstUnits } from '../kit/text';

/** So much of a text is found: what stands further back in a very long message is not. */
const maxFoundUnits = 4_000;
/** What the index keeps of a word, in UTF-8. */
const maxWordBytes = 32;
/** Shorter ones begin too much: they are looked for among recent tickets only. */
const leastLetters = 3;

const encoder = new TextEncoder();

function cutWord(word: string): string {
  // A code unit is at most three bytes.
  if (word.length * 3 <= maxWordBytes) return word;
  let most = maxWordBytes;
  let kept = firstUnits(word, most);
  while (encoder.encode(kept).length > maxWordBytes) kept = firstUnits(word, --most);
  return kept;
}

/** The words of a text's beginning, each once, in their order. */
export function foundWords(text: string): string[] {
  return [...new Set(wordsOf(firstUnits(text, maxFoundUnits)).map(cutWord))];
}

/** As it is stored: words with single spaces between. */
export const textToFind = (text: string): string => foundWords(text).join(' ');

/** What folding changes nothing of but capitals and apostrophes: English as it is mostly written, with its signs, money and faces. */
const plain =
  /^[\t\n\r -~\u00a0£§©«®°»\u2010-\u2027\u20a0-\u20bf\u2190-\u21ff\u2600-\u26ff\u{1f300}-\u{1faff}]*$/u;

/** The same without folding anything, where nothing needs it; null where something does (E4: not in the writer). */
export function plainTextToFind(text: string): string | null {
  const beginning = firstUnits(text, maxFoundUnits);
  if (!plain.test(beginning)) return null;
  const words =
    beginning
      .replace(/['’]/g, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  return [...new Set(words.map(cutWord))].join(' ');
}

/** One word begins with it; `words` as `textToFind` made them. */
export const holdsWord = (words: string, beginning: string): boolean => ` ${words}`.includes(` ${beginning}`);

/** Long enough for the index. In scripts that write a word with one or two signs, each is. */
export const isTelling = (word: string): boolean =>
  word.length >= leastLetters || /[\u2e80-\uffff]/u.test(word);

/** Of a name: long enough to tell people apart by. */
export const isNaming = (word: string): boolean => word.length > 1 || isTelling(word);

/** `2026-11`: by UTC, as rows are kept by. */
export function monthOf(at: number): string {
  const day = new Date(at);
  return `${day.getUTCFullYear()}-${String(day.getUTCMonth() + 1).padStart(2, '0')}`;
}

export function monthBefore(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return monthOf(Date.UTC(year, number - 2, 1));
}
