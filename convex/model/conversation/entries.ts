/**
 * The thread: the only writer of `entries`, and of the moving end kept in `threadHeads` (docs/rules.md M1).
 *
 * Sequence numbers are 1, 2, 3… in commit order without gaps. Entries are never changed or removed.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import type { Author } from '../../shared/conversation/entries';

type Reader = Pick<QueryCtx, 'db'>;
type NewEntry = Omit<Doc<'entries'>, '_id' | '_creationTime' | 'sequence' | 'at'>;
type HeadChange = Partial<
  Omit<Doc<'threadHeads'>, '_id' | '_creationTime' | 'conversationId' | 'lastSequence'>
>;

/** Guards look this far back; whoever is further behind has to read again. */
export const maxSince = 200;

export async function getHead(ctx: Reader, conversationId: Id<'conversations'>): Promise<Doc<'threadHeads'>> {
  const head = await ctx.db
    .query('threadHeads')
    .withIndex('by_conversationId', (q) => q.eq('conversationId', conversationId))
    .unique();
  if (head === null) throw new Error(`Conversation ${conversationId} has no thread head`);
  return head;
}

/** Appends at the end and moves the head in the same write; `headChange` is what else the entry changes there. */
export async function appendEntry(
  ctx: MutationCtx,
  entry: NewEntry,
  headChange: HeadChange = {},
): Promise<Doc<'entries'>> {
  const head = await getHead(ctx, entry.conversationId);
  const sequence = head.lastSequence + 1;
  const at = Date.now();
  const entryId = await ctx.db.insert('entries', { ...entry, sequence, at });
  await ctx.db.patch(head._id, { ...headChange, ...previewOf(entry, at), lastSequence: sequence });
  return (await ctx.db.get(entryId))!;
}

function previewOf(entry: NewEntry, at: number): HeadChange {
  if (entry.kind !== 'message' || entry.author.kind === 'system') return {};
  const preview = (entry.text ?? '').replace(/\s+/g, ' ').trim().slice(0, 140);
  return { preview, previewAuthor: entry.author.kind, lastMessageAt: at };
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
