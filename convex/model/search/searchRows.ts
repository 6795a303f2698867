/**
 * What can be found of a thread: the only writer of `searchRows`. A row is made in the transaction that wrote its entry,
 * whoever wrote it, for this is one of the duties of its settling (model/settle.ts).
 *
 * Everybody who searches is of the team, so notes are found, and what was never sent is, too: it is shown as such. What was
 * only suppressed is no entry and is not found; nor is what a blocked sender mails, which is kept and looked at by nobody.
 *
 * [E4] Whoever writes folds nothing in the writer: what needs it (accents, words without spaces) is folded by an action a moment
 * later, and by the hourly sweep where that one died.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import type { Author } from '../../shared/conversation/entries';
import { monthOf, plainTextToFind, textToFind } from '../../shared/search/words';
import type { Case, CaseCtx, Entry } from '../conversation/case';
import { refreshPerson } from './searchPeople';

/** `words`: null where they must be folded. */
type Row = Omit<Doc<'searchRows'>, '_id' | '_creationTime' | 'words'> & { words: string | null };
type ToFind = (text: string) => string | null;
type Thread = Pick<Case, 'conversation' | 'head'>;

/** What this transaction has said, and the subject it has given. The first word of all makes its customer known, too. */
export async function makeFindable(ctx: CaseCtx, opened: Case): Promise<void> {
  const { added, conversation, stored } = opened;
  if (added.length === 0) return;
  for (const entry of added) await addRow(ctx, rowOfEntry(opened, entry, plainTextToFind));
  const isFirst = stored.head.lastSequence === 0;
  if (isFirst || conversation.subject !== stored.conversation.subject) {
    await addRow(ctx, rowOfSubject(opened, added[0]!.at, plainTextToFind));
  }
  if (isFirst) await refreshPerson(ctx, conversation.customerId);
}

async function addRow(ctx: MutationCtx, { words, ...row }: Row): Promise<void> {
  if (words === '') return;
  if (words !== null) {
    await ctx.db.insert('searchRows', { ...row, words });
    return;
  }
  const rowId = await ctx.db.insert('searchRows', { ...row, words: '', isUnfolded: true });
  await ctx.scheduler.runAfter(0, internal.jobs.search.fold, { rowId });
}

/** What is to be folded; null: nothing any more. */
export async function unfoldedText(
  ctx: Pick<QueryCtx, 'db'>,
  rowId: Id<'searchRows'>,
): Promise<string | null> {
  const row = await ctx.db.get(rowId);
  if (row?.isUnfolded === undefined) return null;
  const { entryId, conversationId } = row;
  if (entryId !== undefined) return (await ctx.db.get(entryId))?.text ?? '';
  return (await ctx.db.get(conversationId))?.subject ?? '';
}

export async function keepFolded(ctx: MutationCtx, rowId: Id<'searchRows'>, words: string): Promise<void> {
  const row = await ctx.db.get(rowId);
  if (row?.isUnfolded === undefined) return;
  if (words === '') await ctx.db.delete(rowId);
  else await ctx.db.patch(rowId, { words, isUnfolded: undefined });
}

const longAgoMs = 600_000;

/** Whose folding has died: at most `most` are folded now; how many. */
export async function sweepUnfolded(ctx: MutationCtx, most: number): Promise<number> {
  const lost = await ctx.db
    .query('searchRows')
    .withIndex('by_isUnfolded', (q) => q.eq('isUnfolded', true).lt('_creationTime', Date.now() - longAgoMs))
    .take(most);
  for (const { _id: rowId } of lost) await ctx.scheduler.runAfter(0, internal.jobs.search.fold, { rowId });
  return lost.length;
}

/** Of data of before: made once, however often it is called. */
export async function ensureRow(ctx: MutationCtx, row: Row): Promise<void> {
  const { conversationId, entryId } = row;
  const known = await ctx.db
    .query('searchRows')
    .withIndex('by_conversationId_and_entryId', (q) =>
      q.eq('conversationId', conversationId).eq('entryId', entryId),
    )
    .first();
  if (known === null) await addRow(ctx, row);
}

function common({ conversation, head }: Thread) {
  const { _id: conversationId, teamId, customerId, agentId } = conversation;
  return { conversationId, teamId, customerId, agentId, channel: head.customerChannel };
}

/** Of data of before `toFind` folds: nobody waits for that. */
export function rowOfEntry(thread: Thread, entry: Entry, toFind: ToFind = textToFind): Row {
  const { _id: entryId, kind, author, at, text = '', event } = entry;
  const known = common(thread);
  return {
    ...known,
    entryId,
    kind: kind === 'note' ? 'note' : 'message',
    authorId: idOf(author),
    channel: entry.channel ?? known.channel,
    at,
    month: monthOf(at),
    words: event?.type === 'spamMail' ? '' : toFind(text),
  };
}

export function rowOfSubject(thread: Thread, at: number, toFind: ToFind = textToFind): Row {
  const words = toFind(thread.conversation.subject);
  return { ...common(thread), kind: 'subject', at, month: monthOf(at), words };
}

function idOf(author: Author): string | undefined {
  if (author.kind === 'customer') return author.customerId;
  if (author.kind === 'agent') return author.agentId;
  return author.kind === 'operator' ? author.memberId : undefined;
}
