/** What operators write: replies through the one door (docs/rules.md C2), and notes. */
import { type Infer, v } from 'convex/values';
import { type CaseCtx, operatorMutation } from './functions';
import { loadChannelFor, loadConversationFor } from './model/kit/access';
import { sendToCustomer } from './model/control/door';
import { type Case, openCase } from './model/conversation/case';
import { addNote } from './model/conversation/notes';
import { takeOver } from './model/control/takeover';
import { openMailRoute } from './model/mail/threads';
import { vDoorOutcome } from './shared/conversation/door';

/** [M6] By mail, whatever channel the customer is on; `channelId`: from which of the team's addresses. */
const vByMail = v.optional(v.object({ channelId: v.optional(v.id('channels')) }));

const vText = { conversationId: v.id('conversations'), text: v.string(), clientMessageId: v.string() };

/** `seenThrough`: the last entry on the screen; `confirmedThrough`: `through` of the refusal that was shown (C9). */
export const reply = operatorMutation('conversation.reply')({
  args: {
    ...vText,
    epoch: v.number(),
    seenThrough: v.number(),
    confirmedThrough: v.optional(v.number()),
    byMail: vByMail,
  },
  returns: vDoorOutcome,
  handler: async (ctx, { conversationId, epoch, seenThrough, confirmedThrough, byMail, ...message }) => {
    const { member } = ctx;
    const opened = await openCase(ctx, await loadConversationFor(ctx, member, conversationId));
    const author = { kind: 'operator' as const, member, epoch, seenThrough, confirmedThrough };
    return sendToCustomer(ctx, opened, { author, ...message, ...(await mailRoute(ctx, opened, byMail)) });
  },
});

/** [C6, C9] Both in one transaction; the takeover commits even when the text is held. */
export const takeOverAndSend = operatorMutation(
  'conversation.reply',
  'first',
)({
  args: {
    ...vText,
    seenThrough: v.number(),
    confirmedThrough: v.optional(v.number()),
    steal: v.optional(v.object({ expectedEpoch: v.number() })),
    byMail: vByMail,
  },
  returns: v.object({
    takenOver: v.object({
      epoch: v.number(),
      ticketId: v.id('tickets'),
      number: v.number(),
      onTheirWay: v.number(),
      changed: v.boolean(),
    }),
    outcome: vDoorOutcome,
  }),
  handler: async (ctx, { conversationId, seenThrough, confirmedThrough, steal, byMail, ...message }) => {
    const { member } = ctx;
    const opened = await openCase(ctx, await loadConversationFor(ctx, member, conversationId));
    const takenOver = await takeOver(ctx, opened, { member, steal });
    const { epoch } = takenOver;
    const author = { kind: 'operator' as const, member, epoch, seenThrough, confirmedThrough };
    const route = await mailRoute(ctx, opened, byMail);
    return { takenOver, outcome: await sendToCustomer(ctx, opened, { author, ...message, ...route }) };
  },
});

/** Where it leaves by; none: on the channel the customer wrote on last. */
async function mailRoute(ctx: CaseCtx, opened: Case, byMail: Infer<typeof vByMail>) {
  if (byMail === undefined) return {};
  const { channelId } = byMail;
  if (channelId !== undefined) await loadChannelFor(ctx, opened.conversation, channelId);
  return { channel: 'email' as const, channelId: await openMailRoute(ctx, opened, channelId) };
}

/** Internal: never blocked by control (lesson L22), never shown to the customer. */
export const note = operatorMutation('conversation.read')({
  args: vText,
  returns: v.object({ entryId: v.id('entries'), sequence: v.number() }),
  handler: async (ctx, { conversationId, text, clientMessageId }) => {
    const conversation = await loadConversationFor(ctx, ctx.member, conversationId);
    return addNote(ctx, { conversation, member: ctx.member, text, clientMessageId });
  },
});
