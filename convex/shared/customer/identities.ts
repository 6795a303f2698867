/** By what a customer is known and reached, and how far it is proven (docs/rules.md M9). Pure. */
import { type Infer, v } from 'convex/values';

/**
 * `external`: the id an outside agent's platform knows them by. `telegram`: their user id, which stays theirs. `phone`: digits, with
 * the country's and without a plus. `whatsapp`: the id by which WhatsApp names them to one business; a new number makes a new one.
 * `user`: the id of a web chat's own site, by its signed token.
 */
export const vIdentityKind = v.union(
  v.literal('email'),
  v.literal('external'),
  v.literal('user'),
  v.literal('telegram'),
  v.literal('phone'),
  v.literal('whatsapp'),
);
export type IdentityKind = Infer<typeof vIdentityKind>;

/**
 * claimed: somebody said so · verified: by a link that was mailed there, or a signed token · provider: the channel vouches for
 * who wrote (a mail that passed DMARC, a platform that names its customer)
 */
export const vIdentityProof = v.union(v.literal('claimed'), v.literal('verified'), v.literal('provider'));
export type IdentityProof = Infer<typeof vIdentityProof>;

const rank: Record<IdentityProof, number> = { claimed: 0, provider: 1, verified: 2 };

/** The one that is proven best; of those alike the newest, which comes last. */
export function bestProven<Identity extends { proof: IdentityProof }>(
  identities: readonly Identity[],
): Identity | undefined {
  return identities.reduce<Identity | undefined>(
    (best, each) => (best === undefined || rank[each.proof] >= rank[best.proof] ? each : best),
    undefined,
  );
}
