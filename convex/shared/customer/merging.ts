/** Which of two customers both are shown as, once they are said to be one (docs/rules.md M9). Pure. */
import { bestProven, type IdentityProof } from './identities';

/** Customers that are one person, at most. */
export const maxParts = 20;

interface Known {
  name?: string | undefined;
  /** When they first came. */
  since: number;
  identities: readonly { proof: IdentityProof }[];
}

/** The one that is proven better, else the one that has a name, else the one who came first. */
export function isShownAs(one: Known, other: Known): boolean {
  const weights = [one, other].map(({ name, since, identities }) => [
    bestProven(identities)?.proof === 'verified' ? 2 : identities.some(isProven) ? 1 : 0,
    name === undefined ? 0 : 1,
    -since,
  ]);
  const at = weights[0]!.findIndex((weight, place) => weight !== weights[1]![place]);
  return at === -1 || weights[0]![at]! > weights[1]![at]!;
}

const isProven = ({ proof }: { proof: IdentityProof }) => proof !== 'claimed';
