/**
 * What somebody of the team wrote on the phone with the number (docs/rules.md C13): a person's word past Baton. It neither begins nor
 * extends the 24 hours, which are the customer's.
 */
import type { Doc } from '../../../_generated/dataModel';
import type { WhatsappMessage } from '../../../shared/whatsapp/messages';
import { receiveOutsideMessage } from '../../control/outsideMessages';
import { storeAttachment } from '../../conversation/attachments';
import type { CaseCtx } from '../../conversation/case';
import { addOutside, findMessage } from '../chatMessages';
import { type Fetched, openChat, wholeChannel } from './accept';

type Channel = Doc<'channels'>;

/** The provider tells seconds: what was said in this one may be as late as its end. */
const secondMs = 999;

export async function acceptEcho(
  ctx: CaseCtx,
  channel: Channel,
  { id, at, person, isGroup, content }: WhatsappMessage,
  { files, notFetched }: Fetched,
): Promise<'done' | 'ignored'> {
  // Edits, revokes and reactions of the team's own words say nothing new to the customer.
  if (content.what !== 'said' || isGroup || (!person.phone && !person.userId)) return 'ignored';
  const known = await findMessage(ctx, { channelId: channel._id, chat: wholeChannel }, id);
  const opened = await openChat(ctx, channel, person, at);
  const { _id: conversationId, teamId } = opened.conversation;
  const by = { kind: 'operator' as const };
  const attachments = [];
  for (const file of known === null ? files : [])
    attachments.push(await storeAttachment(ctx, opened.conversation, { ...file, by }));
  const outcome = await receiveOutsideMessage(ctx, opened, {
    channel: 'whatsapp',
    channelId: channel._id,
    providerId: id,
    sentAt: at + secondMs,
    text: content.text || (attachments.length > 0 ? '' : wordsFor(content.unsupported ?? notFetched)),
    attachments,
    isOurs: known !== null,
  });
  if (!('entryId' in outcome)) return 'ignored';
  const where = {
    teamId,
    conversationId,
    channelId: channel._id,
    entryId: outcome.entryId,
    chat: wholeChannel,
  };
  await addOutside(ctx, where, id);
  return 'done';
}

const wordsFor = (what = 'a message without text'): string =>
  `Sent on the phone, and not shown here: ${what}.`;
