/** What a password must be, told before it is sent and enforced where it arrives. Pure. */

/** Length is what makes a password hard to guess; composition rules only make it hard to remember (NIST 800-63B). */
export const minPasswordLength = 10;
/** Hashing takes time in proportion: nobody may ask for hours of it. */
export const maxPasswordLength = 256;

export function isAcceptablePassword(password: string): boolean {
  const length = [...password.normalize('NFKC')].length;
  return length >= minPasswordLength && length <= maxPasswordLength;
}
