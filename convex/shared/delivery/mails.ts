/** Words of mail that tables and screens share. Pure. */
import { type Infer, v } from 'convex/values';

export const vPerson = v.object({ address: v.string(), name: v.string() });
export type Person = Infer<typeof vPerson>;

/** Of a mail that came in: read from it, and kept beside its entry as it was read. */
export const mailFields = {
  to: v.array(vPerson),
  cc: v.array(vPerson),
  subject: v.string(),
  /** As its sender's clock says (M1). */
  date: v.optional(v.number()),
  /** The text as it came, where the entry shows less: which parts are quoted, from and to. A long one is a file. */
  whole: v.optional(v.string()),
  wholeFileId: v.optional(v.id('_storage')),
  quotedAt: v.optional(v.array(v.object({ start: v.number(), end: v.number() }))),
  htmlFileId: v.optional(v.id('_storage')),
  rawFileId: v.optional(v.id('_storage')),
  /** What the thread does not have of it, for its size or its number: files, and something of its text. */
  filesLeftOut: v.optional(v.number()),
  isCut: v.optional(v.boolean()),
};

type MailFacts = { [Name in keyof typeof mailFields]?: unknown };
/** Of a mail, what is kept beside its entry as it was read. */
export const mailFacts = <Mail extends MailFacts>(mail: Mail): Pick<Mail, keyof MailFacts & keyof Mail> =>
  Object.fromEntries(Object.entries(mail).filter(([name]) => name in mailFields)) as Mail;

/** What the desk itself writes to people. */
export const vDeskMailKind = v.union(
  v.literal('invitation'),
  v.literal('passwordLink'),
  /** Of before: now `needs`. */
  v.literal('customerWaits'),
  /** What somebody who is away has to see to. */
  v.literal('needs'),
  v.literal('test'),
  /** A channel that its provider has closed. */
  v.literal('channelTrouble'),
  /** Something of a conversation, passed on by a person. */
  v.literal('forward'),
  /** What was said in a chat, for the customer who asked for it; to an address that is not proven, a link to it. */
  v.literal('transcript'),
  v.literal('transcriptLink'),
);
export type DeskMailKind = Infer<typeof vDeskMailKind>;

/** What of a mail its entry may not show. */
export const vMailPart = v.union(v.literal('whole'), v.literal('html'));
export type MailPart = Infer<typeof vMailPart>;

/** A mail that no person wrote and that began nothing: from whom, and by what it was known (shared/mail/automatic.ts). */
export const vAutomaticMail = v.object({ from: v.string(), subject: v.string(), reason: v.string() });
export type AutomaticMail = Infer<typeof vAutomaticMail>;
