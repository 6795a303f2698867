/** What the thread shows of a mail beside its entry: what is small; the rest is asked for (docs/rules.md M1, M3, M5). */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { againId, vOutboxState } from '../../shared/conversation/outbox';
import { maxForwardAddresses } from '../../shared/mail/forwards';
import { vPerson } from '../../shared/delivery/mails';
import { mailTables } from '../../tables/mail';
import { findByKey } from '../conversation/entries';
import { vShownEntry } from '../conversation/entryViews';
import { canLeaveNow, hasStayed, mailOfEntry } from './mails';

type Reader = Pick<QueryCtx, 'db'>;
const { fields } = mailTables.mails.validator;
/** Copies that are named; more are counted. */
const shownCopies = 5;

const vShownMail = v.object({
  subject: v.string(),
  from: vPerson,
  to: v.array(v.string()),
  cc: v.array(v.string()),
  moreCc: v.number(),
  /** Of one that came in: how far its sender is known. */
  sender: fields.sender,
  /** Somebody else than its sender, to whom answers go since, as it asked. */
  answersTo: fields.answersTo,
  /** By its sender's clock. */
  date: fields.date,
  /** One of ours that left no desk: no key is connected, it is read in the outbox. */
  isOnlyHere: v.boolean(),
  /** There is a key now: it can be sent again. */
  canLeave: v.optional(v.literal(true)),
  /** More came than the entry shows. */
  hasWhole: v.boolean(),
  hasHtml: v.boolean(),
  /** What the thread does not have of it, for its size or its number. */
  filesLeftOut: fields.filesLeftOut,
  isCut: fields.isCut,
  /** Then it is read as it came, on the site's address. */
  rawPath: v.optional(v.string()),
});

const vShownForward = v.object({
  to: v.string(),
  state: vOutboxState,
  failure: v.union(v.string(), v.null()),
  /** It left no desk: no key is connected. */
  isOnlyHere: v.boolean(),
});

export const vThreadEntry = v.object({
  ...vShownEntry.fields,
  /** Of what came or went by mail; what has not begun to leave is none yet. */
  mail: v.optional(vShownMail),
  forwards: v.optional(v.array(vShownForward)),
});
/** What became of each mail that something was passed on by; those of long ago are swept. */
async function showForwards(ctx: Reader, entryId: Id<'entries'>) {
  const mails = await ctx.db
    .query('deskMails')
    .withIndex('by_entryId', (q) => q.eq('entryId', entryId))
    .take(maxForwardAddresses);
  return mails.map(({ to, state, failure = null, channelId }) => ({
    to,
    state,
    failure,
    isOnlyHere: channelId === undefined,
  }));
}

type ShownEntry = Infer<typeof vShownEntry>;

export async function withMail(ctx: Reader, entry: ShownEntry): Promise<Infer<typeof vThreadEntry>> {
  if (entry.event?.type === 'forwarded') return { ...entry, forwards: await showForwards(ctx, entry._id) };
  const isAnswer = entry.event?.type === 'forwardAnswered';
  const isSaid = entry.kind === 'message' && entry.author.kind !== 'system';
  if (entry.channel !== 'email' || !(isSaid || isAnswer)) return entry;
  const mail = await showMail(ctx, entry);
  return mail === null ? entry : { ...entry, mail };
}

async function showMail(ctx: Reader, entry: ShownEntry): Promise<Infer<typeof vShownMail> | null> {
  const mail = await mailOfEntry(ctx, entry._id);
  if (mail === null) return null;
  const { subject, from, to, cc, sender, answersTo, date, whole, wholeFileId, htmlFileId } = mail;
  const { filesLeftOut, isCut, rawKey } = mail;
  return {
    subject,
    from,
    to: to.slice(0, shownCopies).map(({ address }) => address),
    cc: cc.slice(0, shownCopies).map(({ address }) => address),
    moreCc: Math.max(cc.length - shownCopies, 0),
    sender,
    answersTo,
    date,
    isOnlyHere: hasStayed(mail),
    ...((await canGoAgain(ctx, mail, entry)) && { canLeave: true as const }),
    hasWhole: whole !== undefined || wholeFileId !== undefined,
    hasHtml: htmlFileId !== undefined,
    filesLeftOut,
    isCut,
    ...(rawKey === undefined ? {} : { rawPath: `/files/${rawKey}/mail.eml` }),
  };
}

/** Once: what was sent again stands below as a message of its own. */
async function canGoAgain(ctx: Reader, mail: Doc<'mails'>, { _id, author }: ShownEntry): Promise<boolean> {
  if (author.kind !== 'operator' || !(await canLeaveNow(ctx, mail))) return false;
  return (await findByKey(ctx, mail.conversationId, againId(_id), author)) === null;
}
