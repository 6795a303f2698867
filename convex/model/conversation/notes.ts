/** Internal remarks: no control needed, no clock touched, no ticket opened (docs/rules.md T2). */
import type { Doc, Id } from '../../_generated/dataModel';
import { maxMentions, type Mention } from '../../shared/conversation/mentions';
import type { Author } from '../../shared/conversation/entries';
import { idsOf, markSent } from './attachments';
import { loadMemberFor } from '../kit/access';
import { appError } from '../kit/errors';
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
    mentions?: readonly Mention[] | undefined;
  },
): Promise<{ entryId: Id<'entries'>; sequence: number }> {
  const { conversation, member, clientMessageId, attachments } = args;
  const author: Author = { kind: 'operator', memberId: member._id };
  const text = checkText(args.text, attachments);
  const before = await findByClientMessageId(ctx, conversation._id, clientMessageId, author);
  if (before !== null) return { entryId: before._id, sequence: before.sequence };
  const opened = await openCase(ctx, conversation);
  const mentions = await keptMentions(ctx, conversation.teamId, text, args.mentions);
  const note = {
    author,
    text,
    ...mentions,
    ...idsOf(attachments),
    clientMessageId,
    ticketId: opened.ticket?._id,
  };
  const entry = await appendEntry(ctx, opened, { ...note, kind: 'note', audience: 'team' });
  await markSent(ctx, attachments, entry);
  return { entryId: entry._id, sequence: entry.sequence };
}

/** Of whom the note names, those who are there: who was removed while it was written is a name like any other. */
async function keptMentions(
  ctx: CaseCtx,
  teamId: Id<'teams'>,
  text: string,
  given: readonly Mention[] = [],
): Promise<{ mentions?: Mention[] }> {
  if (given.length > maxMentions) {
    throw appError('INVALID_INPUT', `A note mentions at most ${maxMentions} people.`);
  }
  const mentions: Mention[] = [];
  for (const { memberId, name } of given) {
    const member = await loadMemberFor(ctx, { teamId }, memberId, { orRemoved: true });
    const isNew = mentions.every((other) => other.memberId !== memberId);
    if (member.removedAt === undefined && isNew && name !== '' && text.includes(`@${name}`))
      mentions.push({ memberId, name });
  }
  return mentions.length === 0 ? {} : { mentions };
}
