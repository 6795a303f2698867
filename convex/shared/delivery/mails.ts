/** Words of mail that tables and screens share. Pure. */
import { type Infer, v } from 'convex/values';

export const vPerson = v.object({ address: v.string(), name: v.string() });
export type Person = Infer<typeof vPerson>;

/** What the desk itself writes to people. */
export const vDeskMailKind = v.union(
  v.literal('invitation'),
  v.literal('passwordLink'),
  v.literal('customerWaits'),
  v.literal('test'),
);
export type DeskMailKind = Infer<typeof vDeskMailKind>;

/** What of a mail its entry may not show. */
export const vMailPart = v.union(v.literal('whole'), v.literal('html'));
export type MailPart = Infer<typeof vMailPart>;
