/**
 * Files that go with messages (docs/rules.md E2, R2): the only writer of `attachments`, and who removes their files.
 *
 *   in storage ──▶ waiting ──▶ sent, with the one entry it belongs to
 *       └─────────────┴──▶ gone after a day, file and all
 *
 * A file belongs to the conversation and the author it was stored for: nobody else can send it, nor it twice, unless its message
 * never arrived and goes out again as it was (M2). Whoever has its key may read it, and nobody without.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { cleanFileName, encodedName, isImage, type ShownFile } from '../../shared/conversation/attachments';
import { maxFileBytes, maxFilesOfMessage, storedType } from '../../shared/kit/limits';
import type { Author } from '../../shared/conversation/entries';
import { appError } from '../kit/errors';
import { newToken } from '../kit/secrets';
import type { Entry } from './case';
import { isSameAuthor } from './entries';

type Reader = Pick<QueryCtx, 'db'>;
type File = Pick<Doc<'attachments'>, 'storageId' | 'name' | 'contentType' | 'by' | 'contentId'>;

/** How long a file waits for its message. */
export const waitsMs = 86_400_000;

/**
 * A file that stands in storage already, as `storedType`; `contentType` is what its first bytes say (`sniff`). It waits for
 * its entry: what appends that one gives it `attachmentIds` and calls `markSent`.
 */
export async function storeAttachment(
  ctx: MutationCtx,
  { _id: conversationId, teamId }: Pick<Doc<'conversations'>, '_id' | 'teamId'>,
  { name, ...file }: File,
): Promise<Doc<'attachments'>> {
  const stored = await ctx.db.system.get(file.storageId);
  if (stored === null || (await isNamed(ctx, file.storageId))) throw noUpload();
  if (stored.contentType !== storedType || stored.size > maxFileBytes) throw noUpload();
  const id = await ctx.db.insert('attachments', {
    ...file,
    teamId,
    conversationId,
    name: cleanFileName(name),
    size: stored.size,
    state: 'waiting',
    createdAt: Date.now(),
    key: newToken(),
  });
  return (await ctx.db.get(id))!;
}

const noUpload = () => appError('INVALID_INPUT', 'There is no such upload. Send the file again.');

async function isNamed(ctx: Reader, storageId: Id<'_storage'>): Promise<boolean> {
  const row = await ctx.db
    .query('attachments')
    .withIndex('by_storageId', (q) => q.eq('storageId', storageId))
    .first();
  return row !== null;
}

/** An upload nobody has claimed; one that cannot be taken is removed, and why is said. */
export async function lookAtUpload(
  ctx: MutationCtx,
  upload: string,
): Promise<{ storageId: Id<'_storage'> } | { fault: string }> {
  const storageId = ctx.db.system.normalizeId('_storage', upload);
  const stored = storageId && (await ctx.db.system.get(storageId));
  // What is of another type came from elsewhere and is somebody's (a mail as it came in).
  if (!stored || stored.contentType !== storedType || (await isNamed(ctx, stored._id))) {
    return { fault: `There is no such upload. Files are uploaded as ${storedType}.` };
  }
  if (stored.size > 0 && stored.size <= maxFileBytes) return { storageId: stored._id };
  await ctx.storage.delete(stored._id);
  return {
    fault: stored.size === 0 ? 'The file is empty.' : `A file has at most ${maxFileBytes / 1024 / 1024} MB.`,
  };
}

/**
 * [R2] Those an author has for a message of this conversation. The refusal says which are not there, by their places in `ids`:
 * swept since, or another's, which is the same.
 */
export async function loadAttachmentsFor(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  author: Author,
  ids: readonly Id<'attachments'>[] = [],
): Promise<Doc<'attachments'>[]> {
  if (ids.length > maxFilesOfMessage) {
    throw appError('INVALID_INPUT', `A message has at most ${maxFilesOfMessage} files.`);
  }
  const found = await Promise.all(ids.map((id) => ctx.db.get(id)));
  const isTheirs = (one: Doc<'attachments'> | null) =>
    one?.conversationId === conversationId && isSameAuthor(one.by, author);
  const missing = [...found.keys()].filter((at) => !isTheirs(found[at]!));
  if (missing.length > 0) throw notKept(missing);
  return (found as Doc<'attachments'>[]).filter((_, at) => ids.indexOf(ids[at]!) === at);
}

const notKept = (files: number[]) =>
  appError('NOT_FOUND', 'A file is not kept here any more: attach it again.', { files });

/** As an entry names them. */
export function idsOf(attachments: readonly Doc<'attachments'>[]): Pick<Entry, 'attachmentIds'> {
  return attachments.length === 0 ? {} : { attachmentIds: attachments.map(({ _id }) => _id) };
}

/** What an entry went with, in order. */
export async function sentWith(
  ctx: Reader,
  { attachmentIds = [] }: Pick<Doc<'entries'>, 'attachmentIds'>,
): Promise<Doc<'attachments'>[]> {
  const found = await Promise.all(attachmentIds.map((id) => ctx.db.get(id)));
  return found.filter((attachment) => attachment !== null);
}

/** They have gone out with this entry: once, and again only with `lost`, which they went with in vain. */
export async function markSent(
  ctx: MutationCtx,
  attachments: readonly Doc<'attachments'>[],
  { _id: entryId }: Pick<Entry, '_id'>,
  lost?: Pick<Entry, '_id'>,
): Promise<void> {
  for (const [at, { _id, state, entryId: before }] of attachments.entries()) {
    if (state !== 'waiting' && before !== lost?._id) throw notKept([at]);
    await ctx.db.patch(_id, { state: 'sent', entryId });
  }
}

/** What was not sent, with its file. */
export async function removeWaiting(ctx: MutationCtx, attachment: Doc<'attachments'>): Promise<void> {
  if (attachment.state === 'sent') throw appError('INVALID_INPUT', 'This file was sent already.');
  await remove(ctx, attachment);
}

async function remove(ctx: MutationCtx, { _id, storageId }: Doc<'attachments'>): Promise<void> {
  await ctx.db.delete(_id);
  // The file may be gone already: then nobody can read it, which is what was asked for.
  if ((await ctx.db.system.get(storageId)) !== null) await ctx.storage.delete(storageId);
}

/** The same, for whoever carries them to the customer. */
export async function filesOf(
  ctx: Reader,
  entry: Pick<Doc<'entries'>, 'attachmentIds'>,
): Promise<Pick<Doc<'attachments'>, 'storageId' | 'name' | 'contentType'>[]> {
  const found = await sentWith(ctx, entry);
  return found.map(({ storageId, name, contentType }) => ({ storageId, name, contentType }));
}

/** What a mail shows of its own in one go: more is there as files. */
const mostPictureBytes = 4 * 1024 * 1024;

/** The pictures that a mail's own text stands around, as far as they are shown there. */
export async function picturesOf(
  ctx: Reader,
  entry: Pick<Doc<'entries'>, 'attachmentIds'>,
): Promise<{ storageId: Id<'_storage'>; contentType: string; contentId: string }[]> {
  const found = await sentWith(ctx, entry);
  let bytes = 0;
  return found.flatMap((file) => {
    if (file.contentId === undefined || !isImage(file.contentType)) return [];
    bytes += file.size;
    const { storageId, contentType, contentId } = file;
    return bytes > mostPictureBytes ? [] : [{ storageId, contentType, contentId }];
  });
}

/** The files of an entry, in their order; costs nothing where there are none. */
export async function attachmentsOf(
  ctx: Reader,
  entry: Pick<Doc<'entries'>, 'attachmentIds'>,
): Promise<ShownFile[]> {
  return (await sentWith(ctx, entry)).map(showFile);
}

export function showFile({ name, contentType, size, key }: Doc<'attachments'>): ShownFile {
  return {
    name,
    contentType,
    size,
    isImage: isImage(contentType),
    path: `/files/${key}/${encodedName(name)}`,
  };
}

/** What a key opens; null for one that opens nothing. */
export function findByKey(ctx: Reader, key: string): Promise<Doc<'attachments'> | null> {
  return ctx.db
    .query('attachments')
    .withIndex('by_key', (q) => q.eq('key', key))
    .unique();
}

/** Files whose message was never sent; returns how many. */
export async function sweepWaiting(ctx: MutationCtx, most: number): Promise<number> {
  const old = await ctx.db
    .query('attachments')
    .withIndex('by_state_and_createdAt', (q) =>
      q.eq('state', 'waiting').lt('createdAt', Date.now() - waitsMs),
    )
    .take(most);
  for (const attachment of old) await remove(ctx, attachment);
  return old.length;
}

/**
 * Files that nothing names: uploads nobody claimed, and what was fetched by a job that died before it was taken. All are looked at by
 * turns, so that none is forgotten however long the desk was off. `isKept`: of what is no file of a message. `next` is where to go
 * on, null at the end.
 */
export async function sweepUploads(
  ctx: MutationCtx,
  { after, most }: { after: number; most: number },
  isKept: (file: Id<'_storage'>) => Promise<boolean>,
): Promise<{ removed: number; next: number | null }> {
  const files = await ctx.db.system
    .query('_storage')
    .withIndex('by_creation_time', (q) =>
      q.gt('_creationTime', after).lt('_creationTime', Date.now() - waitsMs),
    )
    .take(most);
  let removed = 0;
  for (const { _id } of files) {
    if ((await isNamed(ctx, _id)) || (await isKept(_id))) continue;
    await ctx.storage.delete(_id);
    removed++;
  }
  return { removed, next: files.length < most ? null : files.at(-1)!._creationTime };
}
