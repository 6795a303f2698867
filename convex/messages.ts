/** What operators write: replies through the one door (docs/rules.md C2), and notes. */
import { v } from 'convex/values';
import { operatorMutation } from './functions';
import { loadConversationFor } from './model/kit/access';
import { sendToCustomer } from './model/control/door';
import { openCase } from './model/conversation/case';
import { addNote } from './model/conversation/notes';
import { takeOver } from './model/control/takeover';
import { vDoorOutcome } from './shared/conversation/door';

const vText = { conversationId: v.id('conversations'), text: v.string(), clientMessageId: v.string() };

/** `seenThrough`: the last entry on the screen; `confirmedThrough`: `through` of the refusal that was shown (C9). */
export const reply = operatorMutation('conversation.reply')({
  args: { ...vText, epoch: v.number(), seenThrough: v.number(), confirmedThrough: v.optional(v.number()) },
  returns: vDoorOutcome,
  handler: async (ctx, { conversationId, text, clientMessageId, epoch, seenThrough, confirmedThrough }) => {
    const { member } = ctx;
    const opened = await openCase(ctx, await loadConversationFor(ctx, member, conversationId));
    const author = { kind: 'operator' as const, member, epoch, seenThrough, confirmedThrough };
    return sendToCustomer(ctx, opened, { author, text, clientMessageId });
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
  handler: async (ctx, { conversationId, text, clientMessageId, seenThrough, confirmedThrough, steal }) => {
    const { member } = ctx;
    const opened = await openCase(ctx, await loadConversationFor(ctx, member, conversationId));
    const takenOver = await takeOver(ctx, opened, { member, steal });
    const { epoch } = takenOver;
    const author = { kind: 'operator' as const, member, epoch, seenThrough, confirmedThrough };
    return { takenOver, outcome: await sendToCustomer(ctx, opened, { author, text, clientMessageId }) };
  },
});

/** Internal: never blocked by control (lesson L22), never shown to the customer. */
export const note = operatorMutation('conversation.read')({
  args: vText,
  returns: v.object({ entryId: v.id('entries'), sequence: v.number() }),
  handler: async (ctx, { conversationId, text, clientMessageId }) => {
    const conversation = await loadConversationFor(ctx, ctx.member, conversationId);
    return addNote(ctx, { conversation, member: ctx.member, text, clientMessageId });
  },
});
