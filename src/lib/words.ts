/** The word as a heading or a choice shows it. */
export function capitalised(word: string): string {
  return word.replace(/^./u, (first) => first.toUpperCase());
}
