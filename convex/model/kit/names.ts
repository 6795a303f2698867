import { hidesCharacters, mixesScripts } from '../../shared/kit/lookalikes';
import { isLonger, isVisible } from '../../shared/kit/text';
import { appError } from './errors';

const maxNameLength = 80;

/** A name a person typed: trimmed, single-spaced, not empty. */
export function cleanName(name: string, what: string): string {
  const clean = name.replace(/\s+/g, ' ').trim();
  if (!isVisible(clean) || isLonger(clean, maxNameLength)) {
    throw appError('INVALID_INPUT', `${what} must have 1 to ${maxNameLength} characters.`);
  }
  if (hidesCharacters(clean) || mixesScripts(clean)) {
    throw appError('INVALID_INPUT', `${what} has hidden characters, or a word in letters of two scripts.`);
  }
  return clean;
}

/** All that a customer learns of a person's name. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? '';
}
