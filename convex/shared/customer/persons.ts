/** What a site says of its customer, as it is passed on and kept (docs/rules.md M9). */
import { v } from 'convex/values';

const vValue = v.union(v.string(), v.number(), v.boolean());

export const vAttribute = v.object({
  name: v.string(),
  value: vValue,
  /** A signed token said so; absent: it is only claimed. */
  isProven: v.optional(v.literal(true)),
});

/** `null`: it goes. */
export const vGivenAttribute = v.object({ name: v.string(), value: v.union(vValue, v.null()) });

/** Who somebody is, as their site says. */
export const vPerson = v.object({
  userId: v.string(),
  name: v.optional(v.string()),
  email: v.optional(v.string()),
  attributes: v.array(vGivenAttribute),
});
