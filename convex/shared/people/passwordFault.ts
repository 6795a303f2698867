/**
 * Whether a new password is an acceptable one, asked where it arrives (convex/accounts/passwords.ts). Pure.
 *
 * Refused beside short ones are those that are tried first: the common ones, and those made of what is known about their owner.
 */
import { isCommon } from './commonPasswords';
import { maxPasswordLength, minPasswordLength, type PasswordFault } from './passwords';

/** So much must be left when the owner's own words are taken out. */
const minOthers = 8;
/** Shorter ones stand in other words by chance. */
const minOwnWord = 4;

/** `own`: name, address, team: what somebody who knows the owner would try. */
export function passwordFault(password: string, own: readonly string[]): PasswordFault | null {
  const length = [...password.normalize('NFKC')].length;
  if (length < minPasswordLength || length > maxPasswordLength) return 'length';
  if (isCommon(password)) return 'common';
  return isPersonal(password, own) ? 'personal' : null;
}

function isPersonal(password: string, own: readonly string[]): boolean {
  const words = own.flatMap((text) => [folded(text), ...text.split(/[^\p{L}\p{N}]+/u).map(folded)]);
  const known = ['baton', ...words].filter((word) => [...word].length >= minOwnWord);
  let rest = folded(password);
  for (const word of known.toSorted((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '');
  return rest !== folded(password) && [...rest].length < minOthers;
}

/** Letters and digits alone, without case. */
function folded(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}
