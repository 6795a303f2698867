/** How an agent's key looks, and where it stands (docs/rules.md P1). Pure. */

/** `baton_live_<8 letters to know it by>_<43 base-62 digits of 256 random bits>`. */
const pattern = /^baton_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/;

/** The key in an `Authorization` header, which may still be nobody's; null where there can be none. */
export function keyIn(authorization: string | null): string | null {
  const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return key !== undefined && pattern.test(key) ? key : null;
}
