/** For which of a team's addresses a mail came, where one account of the provider serves several (docs/rules.md M1). Pure. */

/**
 * Every webhook of an account is told of every mail. This one is another channel's where the envelope names one of the others'
 * addresses and none of its own: what customers write to, or where answers come in. A mail that names none is anybody's, and
 * stored once.
 */
export function isForAnother(
  receivedFor: readonly string[],
  { own, others }: { own: readonly string[]; others: readonly string[] },
): boolean {
  const named = receivedFor.map(withoutTag);
  const names = (addresses: readonly string[]) => addresses.some((each) => named.includes(withoutTag(each)));
  return !names(own) && names(others);
}

/** The mailbox of `box+tag@domain`. */
const withoutTag = (address: string) =>
  address
    .trim()
    .toLowerCase()
    .replace(/\+[^@]*@/, '@');
