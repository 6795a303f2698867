/**
 * Addresses in mails, as they come. Pure. Loose: whoever writes from an odd address wrote all the same; what cannot be
 * written back to is no address, and stands in the headers only.
 */
import { addressParser } from 'postal-mime';
import { normalizeEmail } from '../kit/emails';
import { firstCharacters, firstUnits, oneLine } from '../kit/text';
import { headerSafe, octetsOf, withoutComments } from './headers';

export type MailAddress = { address: string; name: string };

/** Units of one header that are looked at. */
const mostUnitsRead = 64 * 1024;
const mostName = 200;
/** RFC 5321 4.5.3.1. */
const mostOctets = 254;
export const mostOctetsOfLocalPart = 64;

/** One mailbox in its one spelling, or null: what has no `@`, spaces, brackets, controls, or is too long. */
export function cleanAddress(value: string): string | null {
  const bare = /^\s*<([^<>]*)>\s*$/.exec(value)?.[1] ?? value;
  const address = normalizeEmail(bare.replace(/^\s*(?:mailto|smtp):/i, ''));
  if (octetsOf(address) > mostOctets || !headerSafe(address)) return null;
  if (!/^[^\s@<>()[\],;:\\"\p{Cc}]+@[^\s@<>()[\],;:\\"\p{Cc}]+$/u.test(address)) return null;
  const [local, domain] = address.split('@');
  if (octetsOf(local!) > mostOctetsOfLocalPart || /^[.-]|[.-]$|\.\./.test(domain!)) return null;
  return address;
}

/** All mailboxes of a header (`To`, `Cc`, …), groups opened, each once, at most `most`. */
export function addressesIn(value: string, most = 200): MailAddress[] {
  const bounded = firstUnits(value, mostUnitsRead);
  const found = mailboxesIn(bounded, most);
  // Comments inside of an address, as RFC 5322 allows and nobody writes.
  if (found.length > 0 || !bounded.includes('(')) return found;
  return mailboxesIn(withoutComments(bounded).replaceAll(/(?<!\s)\s+(?=[@.>])|(?<=[@.<])\s+/g, ''), most);
}

function mailboxesIn(value: string, most: number): MailAddress[] {
  const found = new Map<string, MailAddress>();
  for (const entry of parsed(value)) {
    if (found.size >= most) break;
    const address = cleanAddress(entry.address ?? '');
    if (address === null || found.has(address)) continue;
    found.set(address, { address, name: cleanName(entry.name) });
  }
  return [...found.values()];
}

function parsed(value: string): { name: string; address?: string }[] {
  try {
    return addressParser(value, { flatten: true });
  } catch {
    return [];
  }
}

function cleanName(name: string): string {
  return firstCharacters(oneLine(name.replace(/\p{Cc}/gu, ' ').toWellFormed()), mostName);
}

/** `"Ana (Acme)" <ana@acme.example>`, as it stands in a header that we write. */
export function writtenAddress({ address, name }: MailAddress): string {
  const clean = cleanName(name);
  return clean === '' ? address : `"${clean.replace(/[\\"]/g, '\\$&')}" <${address}>`;
}
