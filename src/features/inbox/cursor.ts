/**
 * Where the operator is in the list. Changed in the key handler itself, so that keys pressed faster than the router
 * renders are never lost; the URL follows.
 */
let cursor: number | null = null;

export const getCursor = () => cursor;
export function setCursor(number: number | null) {
  cursor = number;
}

/** The ticket number `step` places from the cursor in `numbers`, or null at the end. Without a cursor: the first. */
export function stepFrom(numbers: readonly number[], step: 1 | -1): number | null {
  if (numbers.length === 0) return null;
  const at = cursor === null ? -1 : numbers.indexOf(cursor);
  if (at < 0) return step === 1 ? numbers[0]! : null;
  return numbers[at + step] ?? null;
}
