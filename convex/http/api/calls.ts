/**
 * The transactions behind /api/v1. Each begins with the key, so a key revoked in between changes nothing, and each
 * unsafe one keeps its answer with its effect (model/agents/idempotency.ts). Inputs were parsed at the edge by the schemas;
 * they come as JSON text because Convex validators cannot say what the schemas say.
 */
import { type ObjectType, type PropertyValidators, v } from 'convex/values';
import { z } from 'zod';
import type { Doc } from '../../_generated/dataModel';
import { internalMutation, internalQuery, type CaseCtx, type QueryCtx } from '../../functions';
import {
  loadConversationForAgent,
  loadTicketForAgent,
  requireKeyHolder,
} from '../../model/agents/agentAccess';
import { findKeyHolder, type KeyHolder, noteKeyUsed } from '../../model/agents/agentKeys';
import {
  mustAnswer,
  viewControl,
  viewConversation,
  viewEntries,
  viewTicket,
} from '../../model/agents/agentViews';
import { saysOfIt } from '../../model/conversation/conversations';
import { pageOfAwaited } from '../../model/agents/awaited';
import { receiveCustomerMessage } from '../../model/control/customerMessages';
import { requireOpen } from '../../model/kit/closed';
import { type Case, openCase, readConversation } from '../../model/conversation/case';
import { once } from '../../model/agents/idempotency';
import { answer, handOverBy, readForHandover, startOrFind } from '../../model/agents/outsideAgents';
import { notFound } from '../../model/kit/access';
import { take } from '../../model/kit/requestWindows';
import { noteFetched as fetched, noteReceipt, waitsToBeFetched } from '../../model/webhooks/deliveries';
import { setTyping } from '../../model/conversation/typing';
import { zJudgedHandover } from '../../shared/agents/handoverJudging';
import {
  zAnswer,
  zCustomerMessage,
  zReceipt,
  zStartConversation,
  zTyping,
} from '../../shared/agents/agentApi';

/** What was done, or how long to wait, ms, because the key has used up its calls. */
const vOutcome = v.union(
  v.object({ status: v.number(), body: v.string(), replayed: v.boolean() }),
  v.object({ waitMs: v.number() }),
);
const unsafe = {
  keyHash: v.string(),
  once: v.union(v.object({ scope: v.string(), bodyHash: v.string() }), v.null()),
  input: v.string(),
};

type Effect<Input> = (
  ctx: CaseCtx,
  agent: Doc<'agents'>,
  input: Input,
  conversationId: string,
) => Promise<{ status: number; body: unknown }>;

/** An unsafe call: key, limit, replay or effect. */
function call<Schema extends z.ZodType>(schema: Schema, effect: Effect<z.output<Schema>>) {
  return internalMutation({
    args: { ...unsafe, conversationId: v.string() },
    returns: vOutcome,
    handler: async (ctx, args) => {
      // Here, too: the desk may have closed while the request was being read.
      requireOpen();
      const { key, agent } = await requireKeyHolder(ctx, args.keyHash);
      const waitMs = await countCall(ctx, key);
      if (waitMs > 0) return { waitMs };
      const input = schema.parse(JSON.parse(args.input));
      return once(ctx, key._id, args.once, () => effect(ctx, agent, input, args.conversationId));
    },
  });
}

/** One of the caller's own conversations, with what the call itself says of the agent. */
async function openOwn(ctx: CaseCtx, agent: Doc<'agents'>, id: string): Promise<Case> {
  const opened = await openCase(ctx, await loadConversationForAgent(ctx, agent, id));
  opened.agent = agent;
  opened.isAgentHere = true;
  return opened;
}

export const startConversation = call(zStartConversation, async (ctx, agent, input) => {
  const { conversation, isNew } = await startOrFind(ctx, agent, input);
  return { status: isNew ? 201 : 200, body: await viewConversation(ctx, await openCase(ctx, conversation)) };
});

export const addCustomerMessage = call(zCustomerMessage, async (ctx, agent, { attributes, ...said }, id) => {
  const opened = await openOwn(ctx, agent, id);
  if (attributes !== undefined) saysOfIt(opened, attributes);
  const { sequence } = await receiveCustomerMessage(ctx, opened, { ...said, channel: 'api' });
  const control = viewControl(opened.control);
  return { status: 201, body: { sequence, control, mustAnswer: mustAnswer(opened) } };
});

export const addAnswer = call(zAnswer, async (ctx, agent, input, id) => {
  const opened = await openOwn(ctx, agent, id);
  return { status: 200, body: await answer(ctx, agent, opened, input) };
});

/** What a handover is judged by. */
export const handoverFacts = internalQuery({
  args: { keyHash: v.string(), conversationId: v.string() },
  returns: v.any(),
  handler: async (ctx, { keyHash, conversationId }) => {
    const { agent } = await requireKeyHolder(ctx, keyHash);
    return readForHandover(ctx, agent, await loadConversationForAgent(ctx, agent, conversationId));
  },
});

export const addHandover = call(zJudgedHandover, async (ctx, agent, input, id) => {
  const opened = await openOwn(ctx, agent, id);
  return { status: 200, body: await handOverBy(ctx, agent, opened, input) };
});

/** [M2] What the platform says became of a message of ours. */
export const addReceipt = call(
  zReceipt.extend({ messageId: z.string() }),
  async (ctx, agent, { messageId, ...receipt }, id) => {
    const { _id: conversationId } = await loadConversationForAgent(ctx, agent, id);
    const entryId = ctx.db.normalizeId('entries', messageId);
    const state = entryId === null ? null : await noteReceipt(ctx, conversationId, entryId, receipt);
    if (state === null) throw notFound('message to deliver');
    return { status: 200, body: { state } };
  },
);

/** [P3] What its platform has fetched, where it is not told, is sent. */
export const noteFetched = internalMutation({
  args: { keyHash: v.string(), conversationId: v.string(), sequence: v.number() },
  returns: v.null(),
  handler: async (ctx, { keyHash, conversationId: id, sequence }) => {
    const { agent } = await requireKeyHolder(ctx, keyHash);
    await fetched(ctx, await loadConversationForAgent(ctx, agent, id), sequence);
    return null;
  },
});

/** While a person holds, the agent's typing is nobody's business. */
export const showTyping = call(zTyping, async (ctx, agent, { isTyping }, id) => {
  const { control, conversation } = await openOwn(ctx, agent, id);
  await setTyping(ctx, conversation._id, { who: 'agent' }, isTyping && control.holder === 'agent');
  return { status: 204, body: null };
});

/** Counts the call against its key. Answers how long to wait, ms; 0: go on. */
async function countCall(ctx: CaseCtx, key: Doc<'agentKeys'>): Promise<number> {
  const waitMs = await take(ctx, [['callsOfKey', key._id]]);
  if (waitMs === 0) await noteKeyUsed(ctx, key);
  return waitMs;
}

/**
 * [E4] Counts a call that does not count itself: one that only reads, or was refused. Not thrown, for a refusal has to cost less
 * than what it refuses.
 */
export const admit = internalMutation({
  args: { keyHash: v.string() },
  returns: v.number(),
  handler: async (ctx, { keyHash }) => countCall(ctx, (await requireKeyHolder(ctx, keyHash)).key),
});

/** Whether it is somebody's: asked by who orders the calls (scripts/knownKeys.ts), outside any of them. */
export const isKey = internalQuery({
  args: { keyHash: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { keyHash }) => (await findKeyHolder(ctx, keyHash)) !== null,
});

/** A safe call. */
function read<Args extends PropertyValidators>(
  args: Args,
  handler: (ctx: QueryCtx, holder: KeyHolder, args: ObjectType<Args>) => Promise<unknown>,
) {
  return internalQuery({
    args: { ...args, keyHash: v.string() },
    returns: v.any(),
    handler: async (ctx, given) => {
      const { keyHash } = given as unknown as { keyHash: string };
      return handler(ctx, await requireKeyHolder(ctx, keyHash), given as unknown as ObjectType<Args>);
    },
  });
}

export const me = read({}, async (ctx, { key, agent }) => ({
  agent: { id: agent._id, name: agent.name },
  team: { name: (await ctx.db.get(agent.teamId))?.name ?? '' },
  key: { name: key.name, prefix: key.prefix },
}));

export const getConversation = read(
  { conversationId: v.string() },
  async (ctx, { agent }, { conversationId }) =>
    viewConversation(
      ctx,
      await readConversation(ctx, await loadConversationForAgent(ctx, agent, conversationId)),
    ),
);

export const listEntries = read(
  { conversationId: v.string(), after: v.number(), limit: v.number() },
  async (ctx, { agent }, { conversationId: id, after, limit }) => {
    const conversation = await loadConversationForAgent(ctx, agent, id);
    const { entries, nextAfter } = await viewEntries(ctx, conversation._id, after, limit);
    const state = await readConversation(ctx, conversation);
    const { control, head } = state;
    const { lastSequence } = head;
    const page = {
      entries,
      control: viewControl(control),
      lastSequence,
      mustAnswer: mustAnswer(state),
      nextCursor: nextAfter === null ? null : String(nextAfter),
    };
    const through = nextAfter ?? lastSequence;
    const isNews = await waitsToBeFetched(ctx, conversation, through);
    return { page, fetchedThrough: isNews ? through : null };
  },
);

/** Who waits longest first. */
export const listAwaited = read(
  { cursor: v.union(v.string(), v.null()), limit: v.number() },
  async (ctx, { agent }, { cursor, limit }) => {
    const { heads, nextCursor } = await pageOfAwaited(ctx, agent._id, cursor, limit);
    const conversations = [];
    for (const { conversationId } of heads) {
      const conversation = (await ctx.db.get(conversationId))!;
      conversations.push(await viewConversation(ctx, await readConversation(ctx, conversation)));
    }
    return { conversations, nextCursor };
  },
);

/** Newest first. */
export const listTickets = read(
  { before: v.union(v.number(), v.null()), limit: v.number() },
  async (ctx, { agent }, { before, limit }) => {
    const found = await ctx.db
      .query('tickets')
      .withIndex('by_agentId_and_number', (q) => {
        const own = q.eq('agentId', agent._id);
        return before === null ? own : own.lt('number', before);
      })
      .order('desc')
      .take(limit + 1);
    const page = found.slice(0, limit);
    return {
      tickets: page.map(viewTicket),
      nextCursor: found.length > limit ? String(page.at(-1)!.number) : null,
    };
  },
);

export const getTicket = read({ number: v.number() }, async (ctx, { agent }, { number }) =>
  viewTicket(await loadTicketForAgent(ctx, agent, number)),
);
