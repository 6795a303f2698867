/**
 * Ranks labels against what was typed: whole start, word start, inside a word, then letters in order; null when it does not
 * match.
 */
export function rank(query: string, label: string): number | null {
  const wanted = query.trim().toLowerCase();
  const text = label.toLowerCase();
  if (wanted === '') return 0;
  if (text.startsWith(wanted)) return 3;
  const at = text.indexOf(wanted);
  if (at > 0) return /\s/.test(text[at - 1]!) ? 2.5 : 1.5;
  const gaps = gapsOf(wanted.replace(/\s/g, ''), text);
  return gaps === null ? null : 1 - gaps / (text.length + 1);
}

const startsWord = (text: string, at: number) => at === 0 || /\s/.test(text[at - 1]!);

/**
 * How many letters are left out. Left out are only vowels of a word ("rslv") and all up to the beginning of another ("wn"):
 * with any other, a word that tickets have ("tent") would be found in half of all commands.
 */
function gapsOf(wanted: string, text: string): number | null {
  if (wanted.length > text.length) return null;
  const [first, ...others] = wanted;
  /** Where the letters so far may end, and the fewest left out until there. */
  let ends = new Map<number, number>();
  for (let at = 0; at < text.length; at++) if (text[at] === first && startsWord(text, at)) ends.set(at, at);
  for (const letter of others) {
    const next = new Map<number, number>();
    for (const [end, gaps] of ends) {
      let onlyVowels = true;
      for (let at = end + 1; at < text.length; at++) {
        if (text[at] === letter && (onlyVowels || startsWord(text, at)))
          next.set(at, Math.min(next.get(at) ?? Infinity, gaps + at - end - 1));
        if (!/[aeiouy]/.test(text[at]!)) onlyVowels = false;
      }
    }
    ends = next;
  }
  return ends.size === 0 ? null : Math.min(...ends.values());
}
