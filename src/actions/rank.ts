/** Ranks labels against what was typed: whole start, word start, then letters in order; null when it does not match. */
export function rank(query: string, label: string): number | null {
  const wanted = query.trim().toLowerCase();
  const text = label.toLowerCase();
  if (wanted === '') return 0;
  if (text.startsWith(wanted)) return 3;
  const at = text.indexOf(wanted);
  if (at > 0) return /\s/.test(text[at - 1]!) ? 2.5 : 1.5;
  let position = 0;
  let gaps = 0;
  for (const letter of wanted) {
    const next = text.indexOf(letter, position);
    if (next < 0) return null;
    gaps += next - position;
    position = next + 1;
  }
  return 1 - gaps / (text.length + 1);
}
