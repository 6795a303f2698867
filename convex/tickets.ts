/** Tickets for operators: lists, one ticket, and one mutation per intent (docs/rules.md §1, §2). */
import { v } from 'convex/values';
import type { Doc } from './_generated/dataModel';
import { appError } from './model/kit/errors';
import { operatorMutation, sharedQuery } from './functions';
import { loadConversationFor, loadMemberFor, loadTicketFor } from './model/kit/access';
import { handle } from './model/needs/needs';
import * as handbacks from './model/control/handback';
import * as help from './model/tickets/helpFlags';
import * as overlays from './model/tickets/overlays';
import { openCase, openCaseWith } from './model/conversation/case';
import { listNumbers } from './model/tickets/ticketLists';
import { countAssigned, countEach, countIn, listDue } from './model/tickets/ticketPlaces';
import { getTicketPage, getTicketRow, vTicketPage, vTicketRow } from './model/tickets/ticketViews';
import { pickUp as pickUpOf } from './model/routing/pickUps';
import * as takeovers from './model/control/takeover';
import * as model from './model/tickets/tickets';
import { vHandbackOutcome } from './shared/conversation/door';
import type { Author } from './shared/conversation/entries';
import { vFilters, vPosition, vSort } from './shared/tickets/lists';
import { vTicketList } from './shared/tickets/places';
import { vPriority, vWaitingOn } from './shared/tickets/tickets';

const vSteal = v.optional(v.object({ expectedEpoch: v.number() }));
const ofTicket = { ticketId: v.id('tickets') };

const vTakenOver = v.object({
  epoch: v.number(),
  ticketId: v.id('tickets'),
  number: v.number(),
  onTheirWay: v.number(),
  changed: v.boolean(),
});

const handbackArgs = {
  expectedEpoch: v.number(),
  seenThrough: v.number(),
  agentAnswersNow: v.optional(v.boolean()),
  agentShouldKnow: v.optional(v.string()),
  promised: v.optional(v.string()),
  confirmSteal: v.optional(v.boolean()),
};

const operatorActor = ({ _id: memberId }: Doc<'members'>): Author => ({ kind: 'operator', memberId });

/**
 * Numbers in the order of the list, page by page: `after` is `next` of the page before. By itself whoever waits longest comes
 * first; what has ended, newest first. `hasStopped`: no index knows all of the filters, and the page has looked at as many
 * rows as it may; what fits may follow on the next.
 */
export const list = sharedQuery('ticket.read')({
  args: {
    list: vTicketList,
    memberId: v.optional(v.id('members')),
    sort: v.optional(vSort),
    filters: v.optional(vFilters),
    after: v.optional(vPosition),
  },
  returns: v.object({
    numbers: v.array(v.number()),
    next: v.union(vPosition, v.null()),
    hasStopped: v.boolean(),
  }),
  handler: async (ctx, { teamId, list: name, memberId, sort = 'waiting', filters = {}, after }) => {
    if (memberId !== undefined) await loadMemberFor(ctx, { teamId }, memberId);
    if ((name === 'assigned') !== (memberId !== undefined)) {
      throw appError('INVALID_INPUT', 'A list of assigned tickets is of a member, and no other is.');
    }
    return listNumbers(ctx, { teamId, list: name, memberId, sort, filters }, after);
  },
});

/** Null: there is no such ticket. */
export const row = sharedQuery('ticket.read')({
  args: { number: v.number() },
  returns: v.union(vTicketRow, v.null()),
  handler: (ctx, { teamId, number }) => getTicketRow(ctx, teamId, number),
});

export const counts = sharedQuery('ticket.read')({
  args: {},
  returns: v.object({
    unassigned: v.number(),
    all: v.number(),
    needsReply: v.number(),
    snoozed: v.number(),
    resolved: v.number(),
    closed: v.number(),
  }),
  handler: async (ctx, { teamId }) => {
    const active = await countIn(ctx, teamId, 'active');
    return {
      unassigned: await countAssigned(ctx, teamId, null),
      all: active.count,
      needsReply: active.waiting,
      snoozed: (await countIn(ctx, teamId, 'snoozed')).count,
      resolved: (await countIn(ctx, teamId, 'resolved')).count,
      closed: (await countIn(ctx, teamId, 'closed')).count,
    };
  },
});

/**
 * [B1] Numbers of the awake tickets that are due before a minute (whole minutes since 1970), nearest first: with the next one, what
 * is overdue by now; with one an hour away, what is due within the hour too.
 */
export const due = sharedQuery('ticket.read')({
  args: { minute: v.number() },
  returns: v.object({ numbers: v.array(v.number()), hasMore: v.boolean() }),
  handler: (ctx, { teamId, minute }) => listDue(ctx, teamId, minute * 60_000),
});

/** Active tickets of a member, but for the snoozed ones. */
export const countOf = sharedQuery('ticket.read')({
  args: { memberId: v.id('members') },
  returns: v.number(),
  handler: async (ctx, { teamId, memberId }) => {
    await loadMemberFor(ctx, { teamId }, memberId);
    return countAssigned(ctx, teamId, memberId);
  },
});

/** Active tickets by agent, but for the snoozed ones: of each that has any. */
export const countsOfAgents = sharedQuery('ticket.read')({
  args: {},
  returns: v.record(v.id('agents'), v.number()),
  handler: async (ctx, { teamId }) => Object.fromEntries(await countEach(ctx, teamId, 'ofAgent')),
});

/** How many tickets have each tag, whatever their status; by name, at most a thousand. */
export const tags = sharedQuery('ticket.read')({
  args: {},
  returns: v.array(v.object({ tag: v.string(), count: v.number() })),
  handler: async (ctx, { teamId }) =>
    [...(await countEach(ctx, teamId, 'tagged'))].map(([tag, count]) => ({ tag, count })),
});

/** Null: there is no such ticket. */
export const get = sharedQuery('ticket.read')({
  args: { number: v.number() },
  returns: v.union(vTicketPage, v.null()),
  handler: (ctx, { teamId, number }) => getTicketPage(ctx, teamId, number),
});

export const takeOver = operatorMutation(
  'conversation.reply',
  'first',
)({
  args: { ...ofTicket, steal: vSteal },
  returns: vTakenOver,
  handler: async (ctx, { ticketId, steal }) => {
    const { opened } = await openCaseWith(ctx, await loadTicketFor(ctx, ctx.member, ticketId));
    return takeovers.takeOver(ctx, opened, { member: ctx.member, steal });
  },
});

export const takeOverConversation = operatorMutation(
  'conversation.reply',
  'first',
)({
  args: { conversationId: v.id('conversations'), steal: vSteal },
  returns: vTakenOver,
  handler: async (ctx, { conversationId, steal }) => {
    const opened = await openCase(ctx, await loadConversationFor(ctx, ctx.member, conversationId));
    return takeovers.takeOver(ctx, opened, { member: ctx.member, steal });
  },
});

export const returnToAgent = operatorMutation('conversation.reply')({
  args: { conversationId: v.id('conversations'), ...handbackArgs },
  returns: vHandbackOutcome,
  handler: async (ctx, { conversationId, ...args }) => {
    const opened = await openCase(ctx, await loadConversationFor(ctx, ctx.member, conversationId));
    return handbacks.returnToAgent(ctx, opened, { member: ctx.member, handback: checked(args) });
  },
});

export const resolve = operatorMutation('ticket.work')({
  args: { ...ofTicket, ...handbackArgs },
  returns: vHandbackOutcome,
  handler: async (ctx, { ticketId, ...args }) => {
    const { opened, ticket } = await openCaseWith(ctx, await loadTicketFor(ctx, ctx.member, ticketId));
    return handbacks.resolve(ctx, opened, { ticket, member: ctx.member, handback: checked(args) });
  },
});

export const close = operatorMutation('ticket.work')({
  args: { ...ofTicket, ...handbackArgs },
  returns: vHandbackOutcome,
  handler: async (ctx, { ticketId, ...args }) => {
    const { opened, ticket } = await openCaseWith(ctx, await loadTicketFor(ctx, ctx.member, ticketId));
    return handbacks.close(ctx, opened, { ticket, member: ctx.member, handback: checked(args) });
  },
});

function checked(handback: handbacks.Handback): handbacks.Handback {
  if ([handback.agentShouldKnow, handback.promised].some((text = '') => text.length > 2000)) {
    throw appError('INVALID_INPUT', 'A note for the agent has at most 2000 characters.');
  }
  return handback;
}

export const reopen = operatorMutation('ticket.work')({
  args: ofTicket,
  returns: v.null(),
  handler: async (ctx, { ticketId }) => {
    const { opened, ticket } = await openCaseWith(ctx, await loadTicketFor(ctx, ctx.member, ticketId));
    await model.reopen(ctx, opened, ticket, operatorActor(ctx.member));
    return null;
  },
});

/** To a colleague, to oneself or, with null, to nobody. `confirmSteal`: over another operator who holds (C5). */
export const assign = operatorMutation('ticket.work')({
  args: { ...ofTicket, memberId: v.union(v.id('members'), v.null()), confirmSteal: vSteal },
  returns: v.null(),
  handler: async (ctx, { ticketId, memberId, confirmSteal }) => {
    const { opened, ticket } = await openCaseWith(ctx, await loadTicketFor(ctx, ctx.member, ticketId));
    const to = memberId === null ? null : await loadMemberFor(ctx, ctx.member, memberId);
    await takeovers.assign(ctx, opened, { ticket, member: ctx.member, to, confirmSteal });
    return null;
  },
});

export const setPriority = operatorMutation('ticket.work')({
  args: { ...ofTicket, priority: vPriority },
  returns: v.null(),
  handler: async (ctx, { ticketId, priority }) => {
    const { opened, ticket } = await openCaseWith(ctx, await loadTicketFor(ctx, ctx.member, ticketId));
    await overlays.setPriority(ctx, opened, ticket, priority, operatorActor(ctx.member));
    return null;
  },
});

/** Somebody has it before them: what they had to see to there is handled. */
export const noteOpened = operatorMutation('ticket.work')({
  args: ofTicket,
  returns: v.null(),
  handler: async (ctx, { ticketId }) => {
    await loadTicketFor(ctx, ctx.member, ticketId);
    await handle(ctx, ticketId, ctx.member._id);
    return null;
  },
});

/** [A9] Its assignee has it before them: it stays theirs. Of another's nothing follows. */
export const pickUp = operatorMutation('ticket.work')({
  args: ofTicket,
  returns: v.null(),
  handler: async (ctx, { ticketId }) => {
    await pickUpOf(ctx, await loadTicketFor(ctx, ctx.member, ticketId), ctx.member._id);
    return null;
  },
});

/** [B6] `memberId`: null, whoever manages is asked. `why`: a line of at most 280 characters. */
export const askForHelp = operatorMutation('ticket.work')({
  args: { ...ofTicket, memberId: v.union(v.id('members'), v.null()), why: v.string() },
  returns: v.null(),
  handler: async (ctx, { ticketId, memberId, why }) => {
    const { opened, ticket } = await openCaseWith(ctx, await loadTicketFor(ctx, ctx.member, ticketId));
    const of = memberId === null ? null : await loadMemberFor(ctx, ctx.member, memberId);
    await help.askForHelp(ctx, opened, { ticket, member: ctx.member, of, why });
    return null;
  },
});

/** [B6] It has come, or is not needed any more. */
export const endHelp = operatorMutation('ticket.work')({
  args: ofTicket,
  returns: v.null(),
  handler: async (ctx, { ticketId }) => {
    const { opened, ticket } = await openCaseWith(ctx, await loadTicketFor(ctx, ctx.member, ticketId));
    await help.endHelp(ctx, opened, { ticket, member: ctx.member });
    return null;
  },
});

/** `from`: those it had when the caller decided; what others changed since stays. Without it, these are its tags. */
export const setTags = operatorMutation('ticket.work')({
  args: { ...ofTicket, tags: v.array(v.string()), from: v.optional(v.array(v.string())) },
  returns: v.null(),
  handler: async (ctx, { ticketId, ...change }) => {
    const { opened, ticket } = await openCaseWith(ctx, await loadTicketFor(ctx, ctx.member, ticketId));
    await overlays.setTags(ctx, opened, ticket, change, operatorActor(ctx.member));
    return null;
  },
});

export const setWaiting = operatorMutation('ticket.work')({
  args: { ...ofTicket, waitingOn: v.union(vWaitingOn, v.null()) },
  returns: v.null(),
  handler: async (ctx, { ticketId, waitingOn }) => {
    const { opened, ticket } = await openCaseWith(ctx, await loadTicketFor(ctx, ctx.member, ticketId));
    await overlays.setWaiting(ctx, opened, ticket, waitingOn ?? undefined, operatorActor(ctx.member));
    return null;
  },
});

/** Null ends a snooze now. */
export const snooze = operatorMutation('ticket.work')({
  args: { ...ofTicket, until: v.union(v.number(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { ticketId, until }) => {
    const { opened, ticket } = await openCaseWith(ctx, await loadTicketFor(ctx, ctx.member, ticketId));
    await overlays.snooze(ctx, opened, ticket, until ?? undefined, operatorActor(ctx.member));
    return null;
  },
});
