/**
 * The thread: the only writer of `entries`; the case's head moves with each (docs/rules.md M1).
 *
 * Sequence numbers are 1, 2, 3… in commit order without gaps. Entries are never changed or removed, but for marks: on what was never
 * sent (M2), on what its writer has changed since.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import { filesLine } from '../../shared/conversation/attachments';
import { maxTextLength } from '../../shared/kit/limits';
import type { Case, CaseCtx, Entry } from './case';
import type { Author } from '../../shared/conversation/entries';
import { firstCharacters, firstUnits, isVisible, oneLine } from '../../shared/kit/text';
import { withoutMarks } from '../../shared/whatsapp/markup';

type Reader = Pick<QueryCtx, 'db'>;
type NewEntry = Omit<Entry, '_id' | 'sequence' | 'at' | 'conversationId' | 'teamId'> & { at?: number };
type HeadChange = Partial<
  Omit<Doc<'threadHeads'>, '_id' | '_creationTime' | 'conversationId' | 'lastSequence'>
>;

/** Guards look this far back; whoever is further behind has to read again. */
export const maxSince = 200;
const maxPreviewLength = 140;

/** Appends at the end and moves the head with it; `headChange` is what else the entry changes there. */
export async function appendEntry(
  ctx: CaseCtx,
  opened: Case,
  entry: NewEntry,
  headChange: HeadChange = {},
): Promise<Entry> {
  const { _id: conversationId, teamId } = opened.conversation;
  const { at = Date.now() } = entry;
  const fields = { ...entry, conversationId, teamId, sequence: opened.head.lastSequence + 1, at };
  const written: Entry = { ...fields, _id: await ctx.db.insert('entries', fields) };
  opened.head = {
    ...opened.head,
    ...headChange,
    ...previewOf(entry, at),
    lastSequence: fields.sequence,
  };
  opened.added.push(written);
  return written;
}

/** A text as a message holds it: empty where nothing of it is seen, its start where it is longer. */
export function checkedPart(text: string): string {
  return isVisible(text) ? firstUnits(text.trim(), maxTextLength) : '';
}

/** [M2] It was accepted and never sent: nobody but the team sees it from now on. */
export async function markNeverSent(ctx: MutationCtx, entryId: Id<'entries'>): Promise<Doc<'entries'>> {
  await ctx.db.patch(entryId, { neverSent: true });
  return (await ctx.db.get(entryId))!;
}

/** [M3] It turned out to be for the team alone. */
export async function markForTeam(ctx: MutationCtx, entryId: Id<'entries'>): Promise<void> {
  await ctx.db.patch(entryId, { isForeign: true });
}

/** Its writer has changed what it says, where they wrote it: what it said stays. */
export async function markEdited(
  ctx: MutationCtx,
  entryId: Id<'entries'>,
  edited: NonNullable<Doc<'entries'>['edited']>,
): Promise<void> {
  await ctx.db.patch(entryId, { edited });
}

/** [M3] Of a mail: who reads along and gets none of it. */
export async function noteWithoutCopy(
  ctx: MutationCtx,
  entryId: Id<'entries'>,
  withoutCopyTo: string[],
): Promise<void> {
  await ctx.db.patch(entryId, { withoutCopyTo });
}

/** How a text begins. */
export const previewOfText = (text = '') => firstCharacters(oneLine(text), maxPreviewLength);

function previewOf(entry: NewEntry, at: number): HeadChange {
  if (entry.kind !== 'message' || entry.author.kind === 'system' || entry.outside?.isLate) return {};
  const said = entry.channel === 'whatsapp' ? withoutMarks(entry.text ?? '') : entry.text;
  const text = said || filesLine(entry.attachmentIds?.length ?? 0);
  const preview = previewOfText(entry.writtenBy === undefined ? text : `${entry.writtenBy}: ${text}`);
  const change = { preview, previewAuthor: entry.author.kind, lastMessageAt: at };
  return entry.author.kind === 'customer' ? { ...change, customerPreview: preview } : change;
}

/** Entries after `sequence`, oldest first, at most `maxSince`. */
export async function entriesSince(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  sequence: number,
): Promise<Doc<'entries'>[]> {
  return ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).gt('sequence', sequence),
    )
    .take(maxSince);
}

/** [M2] The entry a client already made under this id, so that a double click or a retry is harmless. */
export async function findByClientMessageId(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  clientMessageId: string | undefined,
  author: Author,
): Promise<Doc<'entries'> | null> {
  if (clientMessageId === undefined) return null;
  if (clientMessageId === '' || clientMessageId.length > 100) {
    throw appError('INVALID_INPUT', 'A client message id has 1 to 100 characters.');
  }
  return findByKey(ctx, conversationId, clientMessageId, author);
}

/** [M1] The same for an id that no client chose: a provider's, however long. */
export async function findByKey(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  clientMessageId: string,
  author: Author,
): Promise<Doc<'entries'> | null> {
  const found = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_clientMessageId', (q) =>
      q.eq('conversationId', conversationId).eq('clientMessageId', clientMessageId),
    )
    .take(8);
  return found.find((entry) => isSameAuthor(entry.author, author)) ?? null;
}

export function isSameAuthor(a: Author, b: Author): boolean {
  if (a.kind === 'operator' && b.kind === 'operator') return a.memberId === b.memberId;
  if (a.kind === 'agent' && b.kind === 'agent') return a.agentId === b.agentId;
  return a.kind === b.kind;
}

/** Something can be seen of it, unless files say it all, and it is not longer than a message may be. */
export function checkText(text: string | undefined, attachments: readonly unknown[] = []): string {
  const trimmed = (text ?? '').trim();
  if (!isVisible(trimmed)) {
    if (attachments.length > 0) return '';
    throw appError('INVALID_INPUT', 'A message needs some text.');
  }
  if (trimmed.length > maxTextLength) {
    throw appError('INVALID_INPUT', `A message has at most ${maxTextLength} characters.`);
  }
  return trimmed;
}
