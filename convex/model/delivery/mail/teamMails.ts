/**
 * Mail to the customer that somebody of the team wrote in a mail program, and of which Baton got a copy (docs/rules.md C13).
 *
 * A mail from one of the team's own addresses is a loop (M4), unless all of this is so:
 *   - the address's domain vouches for it: nobody else speaks for the team, and nobody else silences its agent;
 *   - nothing in it says that no person wrote it, and it is no copy of what Baton sent (delivery/mail/fetchMail.ts);
 *   - it belongs to a conversation, answers nothing that was passed on, and the customer is among its recipients.
 * What takes it never sends anything, so no loop can run through here.
 */
import type { Doc } from '../../../_generated/dataModel';
import { mailFacts } from '../../../shared/delivery/mails';
import type { ReceivedMail } from '../../../shared/delivery/receivedMail';
import { receiveOutsideMessage } from '../../control/outsideMessages';
import { storeAttachment } from '../../conversation/attachments';
import { checkedPart } from '../../conversation/entries';
import type { Case, CaseCtx } from '../../conversation/case';
import { addMail, hasMailOf, mailByMessageId } from '../../mail/mails';
import { includesCustomer, isOwnAddress, noteSentMail, recipientsOf } from '../../mail/threads';
import type { Accepted } from './accept';
import { answersForward } from './senders';

type TeamMail = ReceivedMail & { from: NonNullable<ReceivedMail['from']> };

export async function isByTeam(
  ctx: CaseCtx,
  conversation: Doc<'conversations'>,
  mail: ReceivedMail,
): Promise<boolean> {
  const { byTeam, from, dmarc } = mail;
  if (!byTeam || from === null || dmarc !== 'pass') return false;
  if (!(await isOwnAddress(ctx, conversation.teamId, from.address))) return false;
  if (await answersForward(ctx, conversation.teamId, mail)) return false;
  return includesCustomer(ctx, conversation, recipientsOf(mail));
}

/** People's clocks differ by less; a mail whose sender's clock says more was on its way for longer, or is an old one. */
const clockSkewMs = 10 * 60_000;

/** The provider's time, unless the mail is older by far: an old one that is sent here again takes nothing over. */
function sentAtOf({ receivedAt = Date.now(), date }: ReceivedMail): number {
  return date === undefined ? receivedAt : Math.min(receivedAt, date + clockSkewMs);
}

export async function takeTeamMail(
  ctx: CaseCtx,
  opened: Case,
  { _id: channelId, teamId }: Doc<'channels'>,
  mail: ReceivedMail,
): Promise<Accepted> {
  const { _id: conversationId } = opened.conversation;
  const { messageId, providerId, text, subject, files } = mail;
  const { from } = mail as TeamMail;
  if (await hasMailOf(ctx, teamId, providerId)) return { state: 'ignored' };
  // Ours, whose id the provider has told, or the same by another of the team's addresses.
  if (messageId !== null && (await mailByMessageId(ctx, teamId, messageId)) !== null)
    return { state: 'ignored' };
  const attachments = [];
  for (const file of files)
    attachments.push(await storeAttachment(ctx, opened.conversation, { ...file, by: { kind: 'operator' } }));
  const outcome = await receiveOutsideMessage(ctx, opened, {
    channel: 'email',
    channelId,
    providerId: messageId ?? providerId,
    sentAt: sentAtOf(mail),
    text: checkedPart(text) || (attachments.length > 0 ? '' : subject),
    attachments,
  });
  if (!('entryId' in outcome)) return { state: 'ignored' };
  const { entryId } = outcome;
  const sent = { teamId, conversationId, entryId, channelId, direction: 'out' as const, from, providerId };
  await addMail(ctx, { ...mailFacts(mail), ...sent, ...(messageId !== null && { messageId }) });
  if (messageId !== null) await noteSentMail(ctx, { conversationId, channelId }, messageId);
  return { state: 'done', entryId, conversationId, isMessage: true };
}
