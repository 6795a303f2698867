/**
 * The brief of a ticket that no agent has briefed (docs/rules.md H2): the customer asked for a person past it, or it did not
 * answer. Written outside the writer (E4), from what was said; nothing waits for it.
 */
import { type Infer, v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalAction, internalMutation, internalQuery } from '../functions';
import { readContext } from '../model/agents/agentContext';
import { openCaseOf, readConversation } from '../model/conversation/case';
import { recordOnTicket } from '../model/tickets/events';
import { askingIn, briefOf, type Spoken } from '../shared/agents/brief';
import { vBrief } from '../shared/tickets/reasons';
import { isActive } from '../shared/tickets/tickets';

const ofTicket = { ticketId: v.id('tickets') };
const vBriefed = v.object({ brief: vBrief, through: v.number() });

interface Said {
  spoken: Spoken[];
  burst: Spoken[];
  through: number;
}

export const write = internalAction({
  args: ofTicket,
  returns: v.null(),
  handler: async (ctx, { ticketId }) => {
    const said = (await ctx.runQuery(internal.agents.briefs.read, { ticketId })) as Said | null;
    const briefed = said && briefedBy(said);
    if (briefed) await ctx.runMutation(internal.agents.briefs.add, { ticketId, ...briefed });
    return null;
  },
});

/** Null: the customer has said nothing yet. */
function briefedBy({ spoken, burst, through }: Said): Infer<typeof vBriefed> | null {
  const asking = askingIn(spoken, burst);
  return asking.length === 0 ? null : { brief: briefOf(spoken, asking, {}, Date.now()), through };
}

/** Null: it has one, or needs none any more. Checking its shape would cost more than reading it. */
export const read = internalQuery({
  args: ofTicket,
  returns: v.any(),
  handler: async (ctx, { ticketId }): Promise<Said | null> => {
    const ticket = await ctx.db.get(ticketId);
    if (ticket === null || ticket.brief !== undefined || !isActive(ticket.status)) return null;
    const conversation = (await ctx.db.get(ticket.conversationId))!;
    const state = await readConversation(ctx, conversation);
    const through = state.head.lastSequence;
    const { spoken, burst } = await readContext(ctx, state, through);
    return { spoken, burst, through };
  },
});

export const add = internalMutation({
  args: { ...ofTicket, ...vBriefed.fields },
  returns: v.null(),
  handler: async (ctx, { ticketId, brief, through }) => {
    const { conversationId } = (await ctx.db.get(ticketId))!;
    const opened = await openCaseOf(ctx, conversationId);
    const { activeTicket: ticket } = opened;
    if (ticket?._id !== ticketId || ticket.brief !== undefined) return null;
    await recordOnTicket(
      ctx,
      opened,
      ticket,
      { type: 'briefed', brief, briefThrough: through },
      { kind: 'system' },
    );
    return null;
  },
});
