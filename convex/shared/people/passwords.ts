/** What a password must be, and how it is said. Pure. */

/** Length is what makes a password hard to guess; composition rules only make it hard to remember (NIST 800-63B). */
export const minPasswordLength = 10;
/** Hashing takes time in proportion: nobody may ask for hours of it. */
export const maxPasswordLength = 256;

export type PasswordFault = 'length' | 'common' | 'personal';

export const passwordFaults: Record<PasswordFault, string> = {
  length: `A password has ${minPasswordLength} to ${maxPasswordLength} characters.`,
  common: 'This password is one of those that are tried first. Choose another.',
  personal: 'This password is mostly your name, address or team. Choose another.',
};
