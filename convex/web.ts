/**
 * What the web customer's page calls (docs/rules.md M8, M9, H5). Who calls is the session in the verified token; no
 * function takes a customer as an argument, and one alone a conversation: it opens those of the same person by proof.
 */
import { paginationOptsValidator } from 'convex/server';
import { v } from 'convex/values';
import { appError } from './model/kit/errors';
import { customerMutation, customerQuery, limited } from './functions';
import { receiveCustomerMessage } from './model/control/customerMessages';
import { endChat as end } from './model/control/endChat';
import { checkClaims, noteDetails, noteEmail } from './model/customer/customers';
import { loadAttachmentsFor } from './model/conversation/attachments';
import { ensureConversation, getConversationOf, goBackTo } from './model/customer/customerSessions';
import {
  vCustomerConversation,
  vCustomerEntry,
  viewConversation,
  viewEntries,
  viewTalks,
  vTalk,
} from './model/customer/customerViews';
import { noteVisit } from './model/customer/visits';
import { openCase } from './model/conversation/case';
import { mailTranscript as mail } from './model/delivery/mail/transcripts';
import { vLanguage } from './shared/customer/look';
import { markReadThrough } from './model/conversation/conversations';
import { handOver } from './model/agents/handover';
import { rate as rateResolve } from './model/tickets/ratings';
import { countWaitingBefore } from './model/tickets/ticketPlaces';
import { setTyping as markTyping } from './model/conversation/typing';
import { vGivenAttribute } from './shared/customer/persons';

const maxIdLength = 100;

/** The chat's header: whom one speaks with, and what is asked for. */
export const conversation = customerQuery()({
  args: {},
  returns: vCustomerConversation,
  handler: (ctx) => viewConversation(ctx, ctx.session),
});

/** Newest first. */
export const entries = customerQuery()({
  args: { paginationOpts: paginationOptsValidator },
  returns: v.object({
    page: v.array(vCustomerEntry),
    isDone: v.boolean(),
    continueCursor: v.string(),
    splitCursor: v.optional(v.union(v.string(), v.null())),
    pageStatus: v.optional(v.union(v.literal('SplitRecommended'), v.literal('SplitRequired'), v.null())),
  }),
  handler: async (ctx, { paginationOpts }) => {
    const present = await getConversationOf(ctx, ctx.session);
    if (present === null) return { page: [], isDone: true, continueCursor: '' };
    return viewEntries(ctx, present._id, ctx.session.provenEmail, paginationOpts);
  },
});

/** The same `clientMessageId` again changes nothing (M2). */
export const send = customerMutation('messagesOfSession')({
  args: {
    text: v.string(),
    clientMessageId: v.string(),
    attachmentIds: v.optional(v.array(v.id('attachments'))),
  },
  returns: v.object({ entryId: v.id('entries'), sequence: v.number() }),
  handler: async (ctx, { text, clientMessageId, attachmentIds }) => {
    const { session } = ctx;
    if (clientMessageId === '' || clientMessageId.length > maxIdLength) {
      throw appError('INVALID_INPUT', `A message id has 1 to ${maxIdLength} characters.`);
    }
    const opened = await openCase(ctx, await ensureConversation(ctx, session));
    const { _id, customerId } = opened.conversation;
    const author = { kind: 'customer' as const, customerId };
    const attachments = await loadAttachmentsFor(ctx, _id, author, attachmentIds);
    const { channelId } = session;
    const isByLink = session.provenEmail === undefined ? undefined : (true as const);
    const message = { text, clientMessageId, attachments, isByLink };
    return receiveCustomerMessage(ctx, opened, { ...message, channel: 'web', channelId });
  },
});

/** [H1, M8] Always possible. While a person speaks there is nothing to ask for. */
export const askForPerson = customerMutation('asksOfSession')({
  args: {},
  returns: v.object({
    outcome: v.union(v.literal('asked'), v.literal('askedBefore'), v.literal('personIsHere')),
    /** In the line of those who wait; null: not known. */
    place: v.union(v.number(), v.null()),
  }),
  handler: async (ctx) => {
    const opened = await openCase(ctx, await ensureConversation(ctx, ctx.session));
    if (opened.control.operatorId !== undefined) return { outcome: 'personIsHere' as const, place: null };
    const hasWaited = opened.activeTicket?.waitingSince !== undefined;
    const { ticket } = await handOver(ctx, opened, {
      reason: 'customerAsked',
      actor: { kind: 'customer', customerId: ctx.session.customerId },
      farewell: { by: 'system' },
    });
    const before = await countWaitingBefore(ctx, ticket);
    const place = before === null ? null : before + 1;
    return { outcome: hasWaited ? ('askedBefore' as const) : ('asked' as const), place };
  },
});

export const setTyping = customerMutation('signsOfSession')({
  args: { isTyping: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { isTyping }) => {
    const present = await getConversationOf(ctx, ctx.session);
    if (present !== null) await markTyping(ctx, present._id, { who: 'customer' }, isTyping);
    return null;
  },
});

export const markRead = customerMutation('signsOfSession')({
  args: { through: v.number() },
  returns: v.null(),
  handler: async (ctx, { through }) => {
    const present = await getConversationOf(ctx, ctx.session);
    if (present === null) return null;
    await markReadThrough(ctx, present._id, 'customer', through);
    return null;
  },
});

/**
 * The conversation by mail: to the proven address, or to `email`, which gets a link where it is not proven. INVALID_INPUT: it is no
 * address, or nothing was said yet.
 */
export const mailTranscript = limited(
  ['transcriptsOfSession', 'transcriptsToMailbox', 'transcriptsOnChannel'],
  customerMutation('transcriptsOfSession')({
    args: { email: v.optional(v.string()), language: vLanguage },
    returns: v.union(
      v.object({ outcome: v.union(v.literal('mailed'), v.literal('linked')), address: v.string() }),
      v.object({ outcome: v.literal('noAddress') }),
    ),
    handler: (ctx, asked) => mail(ctx, ctx.session, asked),
  }),
);

/** How a person has helped, 1 to 5, once for each time they resolved it. INVALID_INPUT: there is nothing to rate any more. */
export const rate = customerMutation('asksOfSession')({
  args: { score: v.number(), comment: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, rating) => {
    const present = await getConversationOf(ctx, ctx.session);
    if (present === null) throw appError('INVALID_INPUT', 'There is nothing to rate.');
    await rateResolve(ctx, await openCase(ctx, present), rating);
    return null;
  },
});

/** [M8] The agent rests and the team is told; the next message goes on in the same thread. */
export const endChat = customerMutation('asksOfSession')({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const present = await getConversationOf(ctx, ctx.session);
    if (present !== null) await end(ctx, await openCase(ctx, present));
    return null;
  },
});

/** [H5] Where an answer may reach the customer when they have left. INVALID_INPUT also where a mailed link let them in: see `noteEmail`. */
export const leaveEmail = customerMutation('asksOfSession')({
  args: { email: v.string() },
  returns: v.null(),
  handler: async (ctx, { email }) => {
    const { customerId, provenEmail } = ctx.session;
    await noteEmail(ctx, customerId, email, { mayReplace: provenEmail === undefined });
    return null;
  },
});

/** [M9] What the page says of its customer: claimed, and marked so. It shows nothing of anybody else. */
export const describe = customerMutation('claimsOfSession')({
  args: {
    name: v.optional(v.string()),
    email: v.optional(v.string()),
    attributes: v.array(vGivenAttribute),
  },
  returns: v.null(),
  handler: async (ctx, claims) => {
    const said = checkClaims(claims);
    // A link that was mailed may have been passed on: whoever is on this page need not be its customer.
    if (ctx.session.provenEmail === undefined) await noteDetails(ctx, ctx.session.customerId, said, false);
    return null;
  },
});

/** [M9] Where the customer is, as they have agreed to show; null: they have taken that back. Kept only where the team wants it. */
export const notePage = customerMutation('signsOfSession')({
  args: { place: v.union(v.object({ page: v.string(), referrer: v.string() }), v.null()) },
  returns: v.null(),
  handler: async (ctx, { place }) => {
    const present = await getConversationOf(ctx, ctx.session);
    if (present !== null) await noteVisit(ctx, present, place);
    return null;
  },
});

/** [M9] Of the person this browser was shown to be, on this channel, the newest first; nobody else has any. */
export const talks = customerQuery()({
  args: {},
  returns: v.array(vTalk),
  handler: (ctx) => viewTalks(ctx, ctx.session),
});

/** [M8, M9] An earlier talk of the same person goes on. */
export const goBack = customerMutation('claimsOfSession')({
  args: { conversationId: v.id('conversations') },
  returns: v.null(),
  handler: async (ctx, { conversationId }) => {
    if (!(await goBackTo(ctx, ctx.session, conversationId)))
      throw appError('NOT_FOUND', 'No such conversation.');
    return null;
  },
});
