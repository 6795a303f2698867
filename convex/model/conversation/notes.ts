/** Internal remarks: no control needed, no clock touched, no ticket opened (docs/rules.md T2). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import type { Author } from '../../shared/conversation/entries';
import { presentTicket } from './presentTicket';
import { checkText } from '../control/door';
import { appendEntry, findByClientMessageId } from './entries';

export async function addNote(
  ctx: MutationCtx,
  args: { conversation: Doc<'conversations'>; member: Doc<'members'>; text: string; clientMessageId: string },
): Promise<{ entryId: Id<'entries'>; sequence: number }> {
  const { conversation, member, clientMessageId } = args;
  const { _id: conversationId, teamId } = conversation;
  const author: Author = { kind: 'operator', memberId: member._id };
  const text = checkText(args.text);
  const before = await findByClientMessageId(ctx, conversationId, clientMessageId, author);
  if (before !== null) return { entryId: before._id, sequence: before.sequence };
  const ticket = await presentTicket(ctx, conversationId);
  const note = { conversationId, teamId, author, text, clientMessageId, ticketId: ticket?._id };
  const entry = await appendEntry(ctx, { ...note, kind: 'note', audience: 'team' });
  return { entryId: entry._id, sequence: entry.sequence };
}
