/** Customers as persons, for operators: by what they are known, what they came with, and who is the same (docs/rules.md M9). */
import { v } from 'convex/values';
import { operatorMutation, operatorQuery, sharedQuery } from './functions';
import {
  findOthers,
  listConversations,
  previewMerge,
  readPerson,
  vFoundPerson,
  vMergePreview,
  vPastConversations,
  vPerson,
} from './model/customer/persons';
import { callThem } from './model/customer/customers';
import { mergeCustomers, unmergeCustomer } from './model/customer/merging';
import { loadConversationFor, loadCustomerFor } from './model/kit/access';
import { appError } from './model/kit/errors';
import { firstUnits } from './shared/kit/text';

const ofCustomer = { customerId: v.id('customers') };
const ofTwo = { ...ofCustomer, otherId: v.id('customers') };

/** All that is one person, each with what they are known by and how far it is proven; who else they may be. */
export const person = sharedQuery('conversation.read')({
  args: ofCustomer,
  returns: vPerson,
  handler: async (ctx, { teamId, customerId }) =>
    readPerson(ctx, await loadCustomerFor(ctx, { teamId }, customerId)),
});

const mostShown = 50;

/** The newest `most` (at most 50) conversations of the person, on every channel; `hasMore`: there are others. */
export const conversations = sharedQuery('conversation.read')({
  args: { ...ofCustomer, most: v.number() },
  returns: vPastConversations,
  handler: async (ctx, { teamId, customerId, most }) => {
    if (!Number.isInteger(most) || most < 1 || most > mostShown) {
      throw appError('INVALID_INPUT', `A page has 1 to ${mostShown} conversations.`);
    }
    return listConversations(ctx, await loadCustomerFor(ctx, { teamId }, customerId), most);
  },
});

/** At most eight persons by a name, an address, a number or a ticket's number; not the one that is looked at. */
export const find = operatorQuery('conversation.read')({
  args: { ...ofCustomer, text: v.string() },
  returns: v.array(vFoundPerson),
  handler: async (ctx, { customerId, text }) => {
    const customer = await loadCustomerFor(ctx, ctx.member, customerId);
    return findOthers(ctx, customer, firstUnits(text, maxTextLength));
  },
});
const maxTextLength = 200;

/** What merging two would do: whom both will be shown as, and what of the other is shown there. Throws INVALID_INPUT where they are one. */
export const preview = operatorQuery('conversation.read')({
  args: ofTwo,
  returns: vMergePreview,
  handler: async (ctx, { customerId, otherId }) =>
    previewMerge(
      ctx,
      await loadCustomerFor(ctx, ctx.member, customerId),
      await loadCustomerFor(ctx, ctx.member, otherId),
    ),
});

const whereDone = { conversationId: v.id('conversations') };

/** Two are one person from now on, for the team alone; `unmerge` takes it back. The thread of the conversation says so. */
export const merge = operatorMutation('conversation.reply')({
  args: { ...ofTwo, ...whereDone },
  returns: v.null(),
  handler: async (ctx, { customerId, otherId, conversationId }) => {
    const { member } = ctx;
    await loadConversationFor(ctx, member, conversationId);
    const customer = await loadCustomerFor(ctx, member, customerId);
    await mergeCustomers(
      ctx,
      { member, conversationId },
      customer,
      await loadCustomerFor(ctx, member, otherId),
    );
    return null;
  },
});

/** A part of a person stands alone again, as it was, with whoever was merged into it before. */
export const unmerge = operatorMutation('conversation.reply')({
  args: { ...ofCustomer, ...whereDone },
  returns: v.null(),
  handler: async (ctx, { customerId, conversationId }) => {
    const { member } = ctx;
    await loadConversationFor(ctx, member, conversationId);
    await unmergeCustomer(ctx, { member, conversationId }, await loadCustomerFor(ctx, member, customerId));
    return null;
  },
});

/** What the team, and nobody else, calls them; null: as they call themselves, or by two words that are nobody's name. */
export const call = operatorMutation('ticket.work')({
  args: { ...ofCustomer, name: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { customerId, name }) => {
    await callThem(ctx, await loadCustomerFor(ctx, ctx.member, customerId), name);
    return null;
  },
});
