/** For which of a team's addresses a mail came, where one account of the provider serves several (docs/rules.md M1). Pure. */

/**
 * Every webhook of an account is told of every mail. This one is another channel's where the envelope names one of the others'
 * addresses and not its own; a mail that names none is anybody's, and stored once.
 */
export function isForAnother(
  receivedFor: readonly string[],
  { own, others }: { own: string; others: readonly string[] },
): boolean {
  const named = receivedFor.map(withoutTag);
  return !named.includes(withoutTag(own)) && others.some((other) => named.includes(withoutTag(other)));
}

/** The mailbox of `box+tag@domain`. */
const withoutTag = (address: string) =>
  address
    .trim()
    .toLowerCase()
    .replace(/\+[^@]*@/, '@');
