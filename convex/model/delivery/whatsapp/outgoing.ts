/** What an answer becomes on WhatsApp (docs/rules.md M7, M8): gathered in the transaction that begins to send it. */
import { type Infer, v } from 'convex/values';
import type { Doc } from '../../../_generated/dataModel';
import { carriesLines, goesByWhatsapp } from '../../../shared/conversation/systemTexts';
import { vOutFile } from '../../../shared/whatsapp/sends';
import { isWindowOpen, windowClosed } from '../../../shared/whatsapp/window';
import { sentWith } from '../../conversation/attachments';
import type { CaseCtx } from '../../conversation/case';
import { partsOf } from '../chatMessages';
import { readSecret } from '../channelSecrets';
import { threadOf } from '../chatThreads';
import { wholeChannel } from './accept';
import { addressOf } from './identity';
import { templateOf } from './templates';

export const vWhatsappFacts = v.object({
  token: v.string(),
  phoneNumberId: v.string(),
  chat: v.string(),
  entryId: v.id('entries'),
  to: v.object({ phone: v.optional(v.string()), userId: v.optional(v.string()) }),
  text: v.string(),
  /** [M8] Who has joined, or that the agent is back, where nothing has told them yet. */
  lines: v.array(v.string()),
  files: v.array(vOutFile),
  template: v.optional(v.string()),
  /** Parts that have arrived. */
  arrived: v.number(),
});

export async function gatherWhatsapp(
  ctx: CaseCtx,
  row: Doc<'outbox'>,
  channel: Doc<'channels'>,
): Promise<Infer<typeof vWhatsappFacts> | { refused: string } | { waitsFor: string }> {
  const { whatsapp: settings, _id: channelId } = channel;
  const thread = await threadOf(ctx, row.conversationId, channelId);
  const conversation = (await ctx.db.get(row.conversationId))!;
  const to = settings && (await addressOf(ctx, channel, conversation.customerId));
  if (!settings || !thread || !to) return { refused: 'The customer has never written to this number.' };
  const token = await readSecret(ctx, channelId, 'accessToken');
  if (token === undefined) return { waitsFor: 'The number is not connected any more.' };
  const template = await templateOf(ctx, row.entryId);
  // [M7] It was open when this was written, and has waited since.
  if (template === undefined && !isWindowOpen(thread.lastReceivedAt, Date.now()))
    return { refused: windowClosed };
  const entry = (await ctx.db.get(row.entryId))!;
  const files = await sentWith(ctx, entry);
  const parts = await partsOf(ctx, row.entryId);
  return {
    token,
    phoneNumberId: settings.phoneNumberId,
    chat: wholeChannel,
    entryId: row.entryId,
    to,
    text: entry.text ?? '',
    lines: template === undefined ? await linesBefore(ctx, row) : [],
    files: files.map(({ storageId, name, contentType, size }) => ({ storageId, name, contentType, size })),
    ...(template !== undefined && { template }),
    arrived: parts.filter(({ providerId }) => providerId !== undefined).length,
  };
}

/** How far back the line that goes with an answer is looked for. */
const lookBack = 30;

/** [M8] It costs no message of its own; of several only the last is true. */
async function linesBefore(ctx: CaseCtx, { conversationId, sequence }: Doc<'outbox'>): Promise<string[]> {
  const newestFirst = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).lt('sequence', sequence),
    )
    .order('desc')
    .take(lookBack);
  const newest = newestFirst.find(
    (entry) => goesByWhatsapp(entry) || (entry.channel === 'whatsapp' && carriesLines(entry)),
  );
  return newest?.text === undefined || carriesLines(newest) ? [] : [newest.text];
}
