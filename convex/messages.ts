/** What operators write: replies through the one door (docs/rules.md C2), and notes. */
import { type Infer, type ObjectType, v } from 'convex/values';
import type { Doc } from './_generated/dataModel';
import { type CaseCtx, operatorMutation } from './functions';
import { loadChannelFor, loadConversationFor, loadEntryFor } from './model/kit/access';
import { type Send, sendToCustomer } from './model/control/door';
import { loadAttachmentsFor } from './model/conversation/attachments';
import { markNeverSent } from './model/conversation/entries';
import { loadLost } from './model/conversation/lost';
import { type Case, openCase } from './model/conversation/case';
import { addNote } from './model/conversation/notes';
import { takeOver } from './model/control/takeover';
import { fillTemplate, noteTemplateSend, vChosenTemplate } from './model/delivery/whatsapp/templates';
import { appError } from './model/kit/errors';
import { canLeaveNow, hasStayed, mailOfEntry } from './model/mail/mails';
import { copiesAmong, copiesSince, openMailRoute } from './model/mail/threads';
import { vMention } from './shared/conversation/mentions';
import { type DoorOutcome, vDoorOutcome } from './shared/conversation/door';

/** [M6] By mail, whatever channel the customer is on; `channelId`: from which of the team's addresses. */
const vByMail = v.optional(v.object({ channelId: v.optional(v.id('channels')) }));

/** [M3] Who reads along and gets no copy of this one mail. */
const vWithoutCopyTo = v.optional(v.array(v.string()));

/** [M7] A template of WhatsApp: by its name, with its blanks filled in. What it says is the text, whatever text was given. */
const vTemplateChoice = v.optional(vChosenTemplate);

const vText = {
  conversationId: v.id('conversations'),
  /** May be empty where files say it all. */
  text: v.string(),
  clientMessageId: v.string(),
  attachmentIds: v.optional(v.array(v.id('attachments'))),
};

/** `seenThrough`: the last entry on the screen; `confirmedThrough`: `through` of the refusal that was shown (C9). */
export const reply = operatorMutation('conversation.reply')({
  args: {
    ...vText,
    epoch: v.number(),
    seenThrough: v.number(),
    confirmedThrough: v.optional(v.number()),
    byMail: vByMail,
    withoutCopyTo: vWithoutCopyTo,
    template: vTemplateChoice,
  },
  returns: vDoorOutcome,
  handler: async (
    ctx,
    { epoch, seenThrough, confirmedThrough, byMail, withoutCopyTo, template, ...written },
  ) => {
    const { member } = ctx;
    const { conversation, ...message } = await load(ctx, member, written);
    const opened = await openCase(ctx, conversation);
    const author = { kind: 'operator' as const, member, epoch, seenThrough, confirmedThrough };
    const route = await mailRoute(ctx, opened, { byMail, withoutCopyTo });
    return sendChosen(ctx, opened, { author, ...message, ...route }, template);
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
    withoutCopyTo: vWithoutCopyTo,
    template: vTemplateChoice,
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
  handler: async (
    ctx,
    { seenThrough, confirmedThrough, steal, byMail, withoutCopyTo, template, ...written },
  ) => {
    const { member } = ctx;
    const { conversation, ...message } = await load(ctx, member, written);
    const opened = await openCase(ctx, conversation);
    const takenOver = await takeOver(ctx, opened, { member, steal });
    const { epoch } = takenOver;
    const author = { kind: 'operator' as const, member, epoch, seenThrough, confirmedThrough };
    const route = await mailRoute(ctx, opened, { byMail, withoutCopyTo });
    const outcome = await sendChosen(ctx, opened, { author, ...message, ...route }, template);
    return { takenOver, outcome };
  },
});

/** [M2] What never arrived, once more: whole, with its files, by mail if it was one. */
export const sendAgain = operatorMutation('conversation.reply')({
  args: { entryId: v.id('entries'), epoch: v.number(), seenThrough: v.number() },
  returns: vDoorOutcome,
  handler: async (ctx, { entryId, epoch, seenThrough }) => {
    const { member } = ctx;
    const lost = await loadEntryFor(ctx, member, entryId);
    const mail = await mailOfEntry(ctx, entryId);
    const canLeave = mail !== null && (await canLeaveNow(ctx, mail));
    const message = await loadLost(ctx, member, lost, {
      stayedHere: mail !== null && hasStayed(mail),
      canLeave,
    });
    const opened = await openCase(ctx, await loadConversationFor(ctx, member, lost.conversationId));
    const isBeside = lost.channel === 'email' && opened.head.customerChannel !== 'email';
    // Whoever has come since was not written to.
    const since = mail === null ? [] : await copiesSince(ctx, mail);
    const withoutCopyTo = [...(lost.withoutCopyTo ?? []), ...since];
    const byMail = isBeside ? {} : undefined;
    const route = await mailRoute(ctx, opened, { byMail, withoutCopyTo });
    const author = { kind: 'operator' as const, member, epoch, seenThrough };
    const outcome = await sendToCustomer(ctx, opened, { author, ...message, ...route });
    // An older desk took it for said.
    if ('sent' in outcome && canLeave && !lost.neverSent) await markNeverSent(ctx, entryId);
    return outcome;
  },
});

/** [M7] Where a template was chosen, that, on the number the customer wrote to; else what was written. */
async function sendChosen(
  ctx: CaseCtx,
  opened: Case,
  send: Send,
  chosen: Infer<typeof vTemplateChoice>,
): Promise<DoorOutcome> {
  if (chosen === undefined) return sendToCustomer(ctx, opened, send);
  const channelId = opened.head.customerChannelId;
  if (opened.head.customerChannel !== 'whatsapp' || channelId === undefined)
    throw appError('INVALID_INPUT', 'The customer does not write by WhatsApp.');
  const { text, template } = await fillTemplate(ctx, channelId, chosen);
  const outcome = await sendToCustomer(ctx, opened, { ...send, text, attachments: [], isTemplate: true });
  if ('sent' in outcome) await noteTemplateSend(ctx, outcome.sent.entryId, template);
  return outcome;
}

interface Route {
  byMail: Infer<typeof vByMail>;
  withoutCopyTo: Infer<typeof vWithoutCopyTo>;
}

/** Where it leaves by, on the channel the customer wrote on last where nothing is said, and who gets no copy. */
async function mailRoute(ctx: CaseCtx, opened: Case, { byMail, withoutCopyTo = [] }: Route) {
  const isMail = byMail !== undefined || opened.head.customerChannel === 'email';
  const without = isMail ? await copiesAmong(ctx, opened.conversation._id, withoutCopyTo) : [];
  const copies = without.length === 0 ? {} : { withoutCopyTo: without };
  if (byMail === undefined) return copies;
  const { channelId } = byMail;
  if (channelId !== undefined) await loadChannelFor(ctx, opened.conversation, channelId);
  return { ...copies, channel: 'email' as const, channelId: await openMailRoute(ctx, opened, channelId) };
}

/** Internal: never blocked by control (lesson L22), never shown to the customer. `mentions`: whom its text names with an `@`, at most 20. */
export const note = operatorMutation('conversation.read')({
  args: { ...vText, mentions: v.optional(v.array(vMention)) },
  returns: v.object({ entryId: v.id('entries'), sequence: v.number() }),
  handler: async (ctx, { mentions, ...written }) => {
    const { member } = ctx;
    return addNote(ctx, { member, mentions, ...(await load(ctx, member, written)) });
  },
});

/** What is written, with the documents it names. */
async function load(
  ctx: CaseCtx,
  member: Doc<'members'>,
  { conversationId, text, clientMessageId, attachmentIds }: ObjectType<typeof vText>,
) {
  const conversation = await loadConversationFor(ctx, member, conversationId);
  const author = { kind: 'operator' as const, memberId: member._id };
  const attachments = await loadAttachmentsFor(ctx, conversationId, author, attachmentIds);
  return { conversation, text, clientMessageId, attachments };
}
