/** E-mail addresses as identities: one spelling per mailbox. Pure. */

/** Trimmed, composed, lower case: what is stored and compared. */
export function normalizeEmail(email: string): string {
  return email.normalize('NFC').trim().toLowerCase();
}

/** Loose on purpose: only mail itself proves an address. */
export function isEmail(email: string): boolean {
  return email.length <= 254 && /^[^\s@<>",;:\\]+@[^\s@<>",;:\\]+\.[^\s@<>",;:\\.]+$/u.test(email);
}
