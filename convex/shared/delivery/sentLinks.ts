/** Links of mails that have left the desk: what opens something is the recipient's alone (docs/rules.md R3). Pure. */

/** Tokens in the addresses that our mails carry: an invitation, a new password, a conversation. */
const token = /(\/invite\/|#token=|#mail=)[\w-]{20,}/g;

/** The same text, with what would open something left out. */
export const withoutTokens = (text: string): string => text.replace(token, '$1…');
