/**
 * Texts of people are cut and counted here and nowhere else (docs/rules.md E6). Pure.
 *
 * A character is what a reader takes for one: a grapheme cluster, be it a letter with its accents, a family emoji or a
 * flag. `slice` cuts such a character in two, and half of one is no valid text: the database refuses it. So the methods
 * that cut by code units are marked as not to be used (strings.d.ts), and the linter refuses them.
 *
 * Work is bounded by what is kept, not by what was given: only the beginning of a long text is ever looked at.
 */
// Pure, so that a bundle that only takes prefixes off does without it.
const graphemes = /* @__PURE__ */ new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Code units a character may take on average before it is cut after all: the widest emoji have eleven, but one letter may
 * carry any number of accents.
 */
const mostUnits = 12;
/** On top of that, so that a few heavily accented ones among few characters stay whole. */
const spareUnits = 1_024;

/** Characters that are one code unit each and never join the one before: for most texts that is all there is. */
const plain = /^[\n\x20-\x7e]*$/;

/** The beginning of a text, at most `most` characters of it. */
export function firstCharacters(text: string, most: number): string {
  if (text.length <= most) return text;
  // One more than is kept: an accent after the last kept letter belongs to it.
  if (plain.test(cut(text, 0, most + 1))) return cut(text, 0, most);
  const beginning = firstUnits(text, most * mostUnits + spareUnits);
  let count = 0;
  for (const { index } of graphemes.segment(beginning)) {
    if (count === most) return cut(beginning, 0, index);
    count++;
  }
  return beginning;
}

/** At most `most` characters of what was typed up to `caret`, so that what stands behind it stays. */
export function typedWithin(text: string, caret: number, most: number): { text: string; caret: number } {
  if (!isLonger(text, most)) return { text, caret };
  const behind = cut(text, caret, text.length);
  const room = most - [...graphemes.segment(firstUnits(behind, most * mostUnits))].length;
  const before = firstCharacters(cut(text, 0, caret), Math.max(0, room));
  return { text: firstCharacters(before + behind, most), caret: before.length };
}

/** Whether it has more than `most` characters, as a reader counts them. */
export function isLonger(text: string, most: number): boolean {
  return firstCharacters(text, most) !== text;
}

/** The same with `…` as its last character when something was left out. */
export function shortened(text: string, most: number): string {
  const beginning = firstCharacters(text, most);
  return beginning === text ? text : `${firstCharacters(text, most - 1).trimEnd()}…`;
}

/** The beginning of a text, at most `most` code units of it: for bounds on work. Never half a surrogate pair. */
export function firstUnits(text: string, most: number): string {
  if (text.length <= most) return text;
  const isInPair = /^[\ud800-\udbff][\udc00-\udfff]$/.test(cut(text, most - 1, most + 1));
  return cut(text, 0, isInPair ? most - 1 : most);
}

/** Something of it can be seen: not only spaces, controls, zero widths, fillers or half characters. */
export function isVisible(text: string): boolean {
  return /[^\s\p{Cc}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u.test(text);
}

/** Everything on one line, single spaces between. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** `ending` must stand at the end of the word. */
export function withoutEnd(word: string, ending: string): string {
  return cut(word, 0, word.length - ending.length);
}

/** `beginning` must stand at the start of the text. */
export function withoutStart(text: string, beginning: string): string {
  return cut(text, beginning.length, text.length);
}

/** From one place to another, which the caller found in the text: between whole characters, like the ends of its lines. */
export function between(text: string, from: number, to: number): string {
  return cut(text, from, to);
}

function cut(text: string, from: number, to: number): string {
  // oxlint-disable-next-line typescript/no-deprecated -- the one place, between whole characters as the callers found them
  return text.slice(from, to);
}
