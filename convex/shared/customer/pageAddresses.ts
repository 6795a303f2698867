/**
 * The address of a page as the team may see it (docs/rules.md M9, E2): where, and nothing that would let anybody in. Its query and
 * fragment are left out whole, and so is every part of the path that looks like a token. Pure.
 */
import { shortened } from '../kit/text';

const maxGiven = 4_000;
const maxShown = 300;
/** A word of a path is shorter, or has hyphens in it. */
const unbroken = /[\p{L}\p{N}_~.=]{20,}/u;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
/** What a random value in base64 has: digits among letters of both cases, in any length worth guessing. */
const random = /^(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[\w~.=+-]{16,}$/;

/** Null: no address of a page on the web. */
export function plainAddress(given: string): string | null {
  if (given.length > maxGiven) return null;
  let address: URL;
  try {
    address = new URL(given);
  } catch {
    return null;
  }
  if (address.protocol !== 'https:' && address.protocol !== 'http:') return null;
  // Without `user:password@`.
  const path = address.pathname.split('/').map(withoutToken).join('/');
  return shortened(`${address.protocol}//${address.host}${path}`, maxShown);
}

function withoutToken(part: string): string {
  const read = decoded(part);
  const isToken = unbroken.test(read) || uuid.test(read) || random.test(read) || read.includes('@');
  return isToken ? '…' : part;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
