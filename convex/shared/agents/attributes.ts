/** What an agent's platform says of a conversation in figures and words, such as `order_value` (docs/rules.md P1, B5). Pure. */
import { type Infer, v } from 'convex/values';

export const vAttributes = v.record(v.string(), v.union(v.string(), v.number(), v.boolean()));
export type Attributes = Infer<typeof vAttributes>;

/** Of one conversation; letters of a name, and of what it says. */
export const mostAttributes = { count: 20, name: 40, text: 200 };
export const attributeName = /^[a-z][a-z0-9_]*$/;

/** Of a customer, as their site says. */
interface OfCustomer {
  name: string;
  value: string | number | boolean;
  isProven?: true;
}

/**
 * What is at stake, in whatever money the team counts: as the agent's platform says, else as a token says that the customer's site
 * signed. What a page only claims counts nothing. Undefined: nobody said.
 */
export function orderValueOf(
  ofConversation: Attributes | undefined,
  ofCustomer: readonly OfCustomer[] | undefined,
): number | undefined {
  const signed = ofCustomer?.find(({ name, isProven }) => name === 'order_value' && isProven);
  return asValue(ofConversation?.order_value) ?? asValue(signed?.value);
}

/** It may be sent as a text. */
function asValue(said: string | number | boolean | undefined): number | undefined {
  const value = typeof said === 'string' && said.trim() !== '' ? Number(said) : said;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
