/**
 * What can be found of a thread: the only writer of `searchRows`. A row is made in the transaction that wrote its entry,
 * whoever wrote it, for this is one of the duties of its settling (model/settle.ts).
 *
 * Everybody who searches is of the team, so notes are found, and what was never sent is, too: it is shown as such. What was
 * only suppressed is no entry and is not found; nor is what a blocked sender mails, which is kept and looked at by nobody.
 */
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import type { Author } from '../../shared/conversation/entries';
import { monthOf, textToFind } from '../../shared/search/words';
import type { Case, CaseCtx, Entry } from '../conversation/case';
import { refreshPerson } from './searchPeople';

type Row = Omit<Doc<'searchRows'>, '_id' | '_creationTime'>;
type Thread = Pick<Case, 'conversation' | 'head'>;

/** What this transaction has said, and the subject it has given. The first word of all makes its customer known, too. */
export async function makeFindable(ctx: CaseCtx, opened: Case): Promise<void> {
  const { added, conversation, stored } = opened;
  if (added.length === 0) return;
  for (const entry of added) await addRow(ctx, rowOfEntry(opened, entry));
  const isFirst = stored.head.lastSequence === 0;
  if (isFirst || conversation.subject !== stored.conversation.subject) {
    await addRow(ctx, rowOfSubject(opened, added[0]!.at));
  }
  if (isFirst) await refreshPerson(ctx, conversation.customerId);
}

async function addRow(ctx: MutationCtx, row: Row): Promise<void> {
  if (row.words !== '') await ctx.db.insert('searchRows', row);
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

export function rowOfEntry(thread: Thread, entry: Entry): Row {
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
    words: event?.type === 'spamMail' ? '' : textToFind(text),
  };
}

export function rowOfSubject(thread: Thread, at: number): Row {
  const words = textToFind(thread.conversation.subject);
  return { ...common(thread), kind: 'subject', at, month: monthOf(at), words };
}

function idOf(author: Author): string | undefined {
  if (author.kind === 'customer') return author.customerId;
  if (author.kind === 'agent') return author.agentId;
  return author.kind === 'operator' ? author.memberId : undefined;
}
