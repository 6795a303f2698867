/** Mails beside their entries (docs/rules.md M3, M5). The only writer of `mails`. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { maxChannels } from '../kit/channels';
import { newToken, seal, unseal } from '../kit/secrets';
import type { Person } from '../../shared/delivery/mails';

type Reader = Pick<QueryCtx, 'db'>;
type NewMail = Omit<Doc<'mails'>, '_id' | '_creationTime'>;

export function mailOfEntry(ctx: Reader, entryId: Id<'entries'>): Promise<Doc<'mails'> | null> {
  return ctx.db
    .query('mails')
    .withIndex('by_entryId', (q) => q.eq('entryId', entryId))
    .unique();
}

/** A mail of the team by the id it has outside: several may carry the same, for senders make them. The first counts. */
export function mailByMessageId(
  ctx: Reader,
  teamId: Id<'teams'>,
  messageId: string,
): Promise<Doc<'mails'> | null> {
  return ctx.db
    .query('mails')
    .withIndex('by_teamId_and_messageId', (q) => q.eq('teamId', teamId).eq('messageId', messageId))
    .first();
}

/** More than anybody sends under one id. */
const mostAlike = 20;

/** All that came in under an id: some programs give every mail the same one. */
export async function mailsUnderId(
  ctx: Reader,
  teamId: Id<'teams'>,
  messageId: string,
): Promise<Doc<'mails'>[]> {
  const mails = await ctx.db
    .query('mails')
    .withIndex('by_teamId_and_messageId', (q) => q.eq('teamId', teamId).eq('messageId', messageId))
    .take(mostAlike);
  return mails.filter(({ direction }) => direction === 'in');
}

export function mailByProviderId(ctx: Reader, providerId: string): Promise<Doc<'mails'> | null> {
  return ctx.db
    .query('mails')
    .withIndex('by_providerId', (q) => q.eq('providerId', providerId))
    .first();
}

/** Channels of one team that share an account are told of the same mail. */
export async function hasMailOf(ctx: Reader, teamId: Id<'teams'>, providerId: string): Promise<boolean> {
  const mails = await ctx.db
    .query('mails')
    .withIndex('by_providerId', (q) => q.eq('providerId', providerId))
    .take(maxChannels);
  return mails.some((mail) => mail.teamId === teamId);
}

/** Where the thread does not have all of it, it can be downloaded as it came. */
export function addMail(ctx: MutationCtx, mail: Omit<NewMail, 'rawKey'>): Promise<Id<'mails'>> {
  const { isCut = false, filesLeftOut = 0, rawFileId } = mail;
  const isMissing = (isCut || filesLeftOut > 0) && rawFileId !== undefined;
  return ctx.db.insert('mails', isMissing ? { ...mail, rawKey: newToken() } : mail);
}

/** Whether a mail is kept in this file, or a part of one. */
export async function isFileOfMail(ctx: Reader, file: Id<'_storage'>): Promise<boolean> {
  return (
    (await ctx.db
      .query('mails')
      .withIndex('by_rawFileId', (q) => q.eq('rawFileId', file))
      .first()) !== null ||
    (await ctx.db
      .query('mails')
      .withIndex('by_htmlFileId', (q) => q.eq('htmlFileId', file))
      .first()) !== null ||
    (await ctx.db
      .query('mails')
      .withIndex('by_wholeFileId', (q) => q.eq('wholeFileId', file))
      .first()) !== null
  );
}

/** [R2] The mail as it came, for whoever has its key. */
export async function rawByKey(
  ctx: Reader,
  rawKey: string,
): Promise<{ storageId: Id<'_storage'>; size: number } | null> {
  const mail = await ctx.db
    .query('mails')
    .withIndex('by_rawKey', (q) => q.eq('rawKey', rawKey))
    .unique();
  const stored = mail?.rawFileId === undefined ? null : await ctx.db.system.get(mail.rawFileId);
  return stored && { storageId: stored._id, size: stored.size };
}

/** One of ours that no provider has taken. */
export const hasStayed = ({ direction, providerId }: Doc<'mails'>): boolean =>
  direction === 'out' && providerId === undefined;

/** There was no key for it, and is one now. */
export async function canLeaveNow(ctx: Reader, mail: Doc<'mails'>): Promise<boolean> {
  return hasStayed(mail) && (await ctx.db.get(mail.channelId))?.account !== undefined;
}

/** The mail that a send becomes, the same at every try. */
export async function ensureOutgoing(
  ctx: MutationCtx,
  row: Doc<'outbox'>,
  { from, to, cc, subject }: { from: Person; to: string; cc: string[]; subject: string },
): Promise<Doc<'mails'>> {
  const known = await mailOfEntry(ctx, row.entryId);
  if (known !== null) return known;
  const person = (address: string) => ({ address, name: '' });
  const id = await addMail(ctx, {
    teamId: row.teamId,
    conversationId: row.conversationId,
    entryId: row.entryId,
    channelId: row.channelId!,
    direction: 'out',
    from,
    to: [person(to)],
    cc: cc.map(person),
    subject,
  });
  return (await ctx.db.get(id))!;
}

/** Rendered once: a later try sends the very same bytes, by which the provider knows it again. */
export async function keepRequest(ctx: MutationCtx, mailId: Id<'mails'>, request: string): Promise<string> {
  const mail = (await ctx.db.get(mailId))!;
  const kept = await requestOf(mail);
  if (kept !== null) return kept;
  await ctx.db.patch(mailId, { request: await seal(request, sealedFor(mailId)) });
  return request;
}

/** [R3] Sealed: the link in it opens the conversation. Null: it has not been rendered. */
export async function requestOf({ _id, request }: Doc<'mails'>): Promise<string | null> {
  return request === undefined ? null : unseal(request, sealedFor(_id));
}
const sealedFor = (mailId: Id<'mails'>) => `${mailId}.request`;

export async function noteIds(
  ctx: MutationCtx,
  mail: Doc<'mails'>,
  ids: { providerId?: string | undefined; messageId?: string | undefined },
): Promise<void> {
  const { providerId = mail.providerId, messageId = mail.messageId } = ids;
  if (providerId === mail.providerId && messageId === mail.messageId) return;
  await ctx.db.patch(mail._id, { providerId, messageId });
}
