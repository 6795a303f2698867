/** What an agent's platform says of a conversation in figures and words, such as `order_value` (docs/rules.md P1, B5). Pure. */
import { type Infer, v } from 'convex/values';

export const vAttributes = v.record(v.string(), v.union(v.string(), v.number(), v.boolean()));
export type Attributes = Infer<typeof vAttributes>;

/** Of one conversation; letters of a name, and of what it says. */
export const mostAttributes = { count: 20, name: 40, text: 200 };
export const attributeName = /^[a-z][a-z0-9_]*$/;

/** What is at stake, in whatever money the team counts; a platform may send it as a text. Undefined: nobody said. */
export function orderValueOf(attributes: Attributes | undefined): number | undefined {
  const said = attributes?.order_value;
  const value = typeof said === 'string' && said.trim() !== '' ? Number(said) : said;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
