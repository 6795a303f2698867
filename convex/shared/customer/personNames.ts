/** What a customer is called, as a page or a token says it (docs/rules.md E6). Pure. */
import { firstCharacters, isLonger, isVisible, oneLine } from '../kit/text';

export const maxPersonName = 100;

export const isPersonName = (name: unknown): name is string =>
  typeof name === 'string' && isVisible(name) && !isLonger(name, maxPersonName) && name.isWellFormed();

/** On one line, and without what turns the writing around. */
export function cleanPersonName(name: string): string {
  return firstCharacters(oneLine(name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ')), maxPersonName);
}
