/**
 * Passwords that are tried first. Pure.
 *
 * Kept lists miss what this needs: with ten characters as the least, ASVS asks for the 3,000 most common ones of at least ten,
 * and the lists of packages hold half as many or weigh megabytes. So here are fingerprints of 5,000 such and of 5,000 shorter
 * ones that are lengthened with digits and signs, made by scripts/commonPasswords.ts; a list of words would be five times as
 * long, and nothing to read. A good password is taken for a common one in one of 400,000 cases.
 */
import { fingerprints } from './commonPasswordsData';
import { fingerprintOf, stemOf } from './fingerprints';

/** With fewer different characters than this, length is none. */
const minDifferent = 5;

let known: Set<number> | undefined;

export function isCommon(password: string): boolean {
  const text = password.normalize('NFKC').toLowerCase();
  if (new Set(text).size < minDifferent) return true;
  known ??= read(fingerprints);
  return [text, stemOf(text), stemOf(onceOf(text))].some((form) => known!.has(fingerprintOf(form)));
}

/** What is repeated, if the text is nothing else. */
function onceOf(text: string): string {
  return /^(.+?)\1+$/su.exec(text)?.[1] ?? text;
}

/** Four bytes each, the lowest first. */
function read(base64: string): Set<number> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.codePointAt(0)!);
  const view = new DataView(bytes.buffer);
  return new Set(
    Array.from({ length: bytes.length / 4 }, (_, position) => view.getUint32(4 * position, true)),
  );
}
