/** What is shown of a live conversation (docs/rules.md B5): small, and run again with that conversation alone. */
import { type Infer, v } from 'convex/values';
import type { Doc } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { vAttributes } from '../../shared/agents/attributes';
import { mostHeat, vHeatReason } from '../../shared/agents/heat';
import { vHolder } from '../../shared/control/control';
import { vChannelKind } from '../../shared/conversation/channels';
import { isActive } from '../../shared/tickets/tickets';
import { getControl, getHead } from '../conversation/case';
import { calledBy } from '../conversation/persons';
import { presentTicketOf } from '../conversation/presentTicket';
import { liveRowOf } from './liveConversations';

type Reader = Pick<QueryCtx, 'db'>;

/** `heat`: null, it is not live any more: a person has taken it, or nobody has written for a while. */
export const vLiveRow = v.object({
  conversationId: v.id('conversations'),
  agentId: v.id('agents'),
  /** By what the team calls them; `isNameOurs`: they have said nothing of the kind. */
  customerName: v.string(),
  isNameOurs: v.boolean(),
  channel: vChannelKind,
  subject: v.string(),
  /** The customer's last words, and since when they are unanswered; null: they have an answer. */
  preview: v.string(),
  customerAt: v.union(v.number(), v.null()),
  unansweredSince: v.union(v.number(), v.null()),
  lastMessageAt: v.number(),
  /** Its active ticket; null: it has none. */
  number: v.union(v.number(), v.null()),
  heat: v.union(v.number(), v.null()),
  reasons: v.array(vHeatReason),
});

/** `conversation`: of the team that asks. */
export async function getLiveRow(
  ctx: Reader,
  conversation: Doc<'conversations'>,
): Promise<Infer<typeof vLiveRow>> {
  const { _id: conversationId, agentId, subject, customerId } = conversation;
  const head = await getHead(ctx, conversationId);
  const row = await liveRowOf(ctx, conversationId);
  const customer = await calledBy(ctx, await ctx.db.get(customerId));
  const ticket = await presentTicketOf(ctx, head);
  return {
    conversationId,
    agentId,
    customerName: customer.name,
    isNameOurs: customer.isOurs,
    channel: head.customerChannel,
    subject,
    preview: head.customerPreview ?? head.preview,
    customerAt: head.lastCustomerAt ?? null,
    unansweredSince:
      (head.lastCustomerSequence ?? 0) > head.answeredThrough ? (head.unansweredSince ?? null) : null,
    lastMessageAt: head.lastMessageAt,
    number: ticket !== null && isActive(ticket.status) ? ticket.number : null,
    heat: row && mostHeat - row.coolness,
    reasons: row?.reasons ?? [],
  };
}

/** A conversation that is read before there is a ticket: who is in it, who speaks, and its ticket once it has one. */
export const vLivePage = v.object({
  subject: v.string(),
  number: v.union(v.number(), v.null()),
  control: v.object({ holder: vHolder, operatorId: v.union(v.id('members'), v.null()), epoch: v.number() }),
  customer: v.object({ called: v.string(), isNameOurs: v.boolean() }),
  agent: v.object({ _id: v.id('agents'), name: v.string() }),
  attributes: vAttributes,
});

export async function getLivePage(
  ctx: Reader,
  { _id, agentId, customerId, subject, attributes = {} }: Doc<'conversations'>,
): Promise<Infer<typeof vLivePage>> {
  const { holder, operatorId = null, epoch } = await getControl(ctx, _id);
  const ticket = await presentTicketOf(ctx, await getHead(ctx, _id));
  const agent = await ctx.db.get(agentId);
  const { name, isOurs } = await calledBy(ctx, await ctx.db.get(customerId));
  return {
    subject,
    number: ticket?.number ?? null,
    control: { holder, operatorId, epoch },
    customer: { called: name, isNameOurs: isOurs },
    agent: { _id: agentId, name: agent?.name ?? '' },
    attributes,
  };
}
