/** E-mail addresses as identities: one spelling per mailbox. Pure. */

import { isAddressInDisguise } from './lookalikes';

/** Trimmed, composed, lower case: what is stored and compared. */
export function normalizeEmail(email: string): string {
  return email.normalize('NFC').trim().toLowerCase();
}

/** Loose on purpose, for only mail itself proves an address; but it must be what it looks like. */
export function isEmail(email: string): boolean {
  return (
    email.length <= 254 &&
    !isAddressInDisguise(email) &&
    /^[^\s@<>",;:\\]+@[^\s@<>",;:\\]+\.[^\s@<>",;:\\.]+$/u.test(email)
  );
}
