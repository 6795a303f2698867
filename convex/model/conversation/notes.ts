/** Internal remarks: no control needed, no clock touched, no ticket opened (docs/rules.md T2). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { Author } from '../../shared/conversation/entries';
import { idsOf, markSent } from './attachments';
import { type CaseCtx, openCase } from './case';
import { appendEntry, checkText, findByClientMessageId } from './entries';

export async function addNote(
  ctx: CaseCtx,
  args: {
    conversation: Doc<'conversations'>;
    member: Doc<'members'>;
    text: string;
    clientMessageId: string;
    attachments: readonly Doc<'attachments'>[];
  },
): Promise<{ entryId: Id<'entries'>; sequence: number }> {
  const { conversation, member, clientMessageId, attachments } = args;
  const author: Author = { kind: 'operator', memberId: member._id };
  const text = checkText(args.text, attachments);
  const before = await findByClientMessageId(ctx, conversation._id, clientMessageId, author);
  if (before !== null) return { entryId: before._id, sequence: before.sequence };
  const opened = await openCase(ctx, conversation);
  const note = { author, text, ...idsOf(attachments), clientMessageId, ticketId: opened.ticket?._id };
  const entry = await appendEntry(ctx, opened, { ...note, kind: 'note', audience: 'team' });
  await markSent(ctx, attachments, entry);
  return { entryId: entry._id, sequence: entry.sequence };
}
