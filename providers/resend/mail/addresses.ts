/** Addresses as the API takes them: `name@domain` or `Name <name@domain>`. */
export interface Mailbox {
  name: string;
  /** Lower-case: what is compared. */
  address: string;
  /** As it was written. */
  text: string;
}

const bare = /^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"[\]\\]+\.[^\s@<>(),;:"[\]\\.]+$/;

export function readMailbox(text: string): Mailbox | null {
  const trimmed = text.trim();
  const [, quoted, plain, inside] = /^(?:"((?:[^"\\]|\\.)*)"|([^"<>]*?))\s*<([^<>]+)>$/.exec(trimmed) ?? [];
  const address = inside ?? trimmed;
  if (!bare.test(address)) return null;
  const name = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
  return { name, address: address.toLowerCase(), text: trimmed };
}

export const domainOf = (address: string): string => address.replace(/^.*@/, '').toLowerCase();
/** Without a label: `delivered+x@resend.dev` is `delivered@resend.dev`. */
export const withoutLabel = (address: string): string => address.replace(/\+[^@]*@/, '@');
