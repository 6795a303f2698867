/**
 * The built-in knowledge agent (docs/rules.md P4): answers from the team's articles, without any network.
 *
 *   run ──▶ (reads, types for `thinkMs`) ──▶ deliver ──▶ the door
 *
 * Both halves are mutations, so a turn survives a restart and is carried out once. `run` fixes what it has seen and
 * under which epoch; `deliver` answers exactly that. What happens in between is the door's to judge, as for any other
 * agent: a takeover makes the answer a suppressed draft (C7), a further message makes it run again (C8).
 */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import { internalMutation, type MutationCtx } from '../functions';
import { readContext } from '../model/agents/agentContext';
import { beginAgentRun, endAgentRun } from '../model/control/agentRuns';
import { findArticles } from '../model/agents/articles';
import { sendToCustomer } from '../model/control/door';
import { handOver, isSomebodyHere, listRules } from '../model/agents/handover';
import { activeTicket } from '../model/conversation/presentTicket';
import { refreshRowsOf } from '../model/tickets/ticketRows';
import { setTyping } from '../model/conversation/typing';
import { defaultThinkMs } from '../shared/agents/agents';
import { isOpen, nextOpening } from '../shared/agents/openingHours';
import { type Decision, decideTurn } from '../shared/agents/knowledgeTurn';

export const run = internalMutation({
  args: { conversationId: v.id('conversations'), runId: v.id('agentRuns') },
  returns: v.null(),
  handler: async (ctx, { runId }) => {
    const begun = await beginAgentRun(ctx, runId);
    if (begun === null) return null;
    const { conversation, epoch, seenThrough } = begun;
    const agent = await ctx.db.get(conversation.agentId);
    await setTyping(ctx, conversation._id, { who: 'agent' }, true);
    await ctx.scheduler.runAfter(agent?.thinkMs ?? defaultThinkMs, internal.agents.knowledge.deliver, {
      runId,
      epoch,
      seenThrough,
    });
    return null;
  },
});

/** A run that was told to stop still comes here: what it was about to say is kept by the door (C7). */
export const deliver = internalMutation({
  args: { runId: v.id('agentRuns'), epoch: v.number(), seenThrough: v.number() },
  returns: v.null(),
  handler: async (ctx, { runId, epoch, seenThrough }) => {
    const turn = await ctx.db.get(runId);
    if (turn === null || turn.state === 'done' || turn.state === 'waiting') return null;
    const conversation = (await ctx.db.get(turn.conversationId))!;
    const agent = (await ctx.db.get(turn.agentId))!;
    await setTyping(ctx, conversation._id, { who: 'agent' }, false);
    const decision = await decide(ctx, conversation, agent, seenThrough);
    if (decision === null) await endAgentRun(ctx, runId);
    else await carryOut(ctx, conversation, decision, { agentId: agent._id, epoch, seenThrough });
    return null;
  },
});

type TurnDecision = Decision<Id<'articles'>, Doc<'handoverRules'>>;

/** Null when nothing is owed any more. */
async function decide(
  ctx: MutationCtx,
  conversation: Doc<'conversations'>,
  agent: Doc<'agents'>,
  seenThrough: number,
): Promise<TurnDecision | null> {
  const { spoken, burst, operator, handedOverAt, cited } = await readContext(ctx, conversation, seenThrough);
  if (burst.length === 0) return null;
  const question = burst.map(({ text }) => text).join('\n');
  const topic = spoken.filter(({ from }) => from === 'customer').slice(-3);
  const found = await findArticles(ctx, conversation.teamId, [
    question,
    topic.map(({ text }) => text).join('\n'),
  ]);
  const articles = [...found, ...cited.filter(({ id }) => !found.some((article) => article.id === id))];
  return decideTurn<Id<'articles'>, Doc<'handoverRules'>>({
    spoken,
    burst,
    operator,
    handedOverAt,
    articles,
    rules: await listRules(ctx, agent._id),
    outsideOpeningHours: agent.openingHours !== undefined && !isOpen(agent.openingHours, Date.now()),
    hasActiveTicket: (await activeTicket(ctx, conversation._id)) !== null,
  });
}

interface Seen {
  agentId: Id<'agents'>;
  epoch: number;
  seenThrough: number;
}

async function carryOut(
  ctx: MutationCtx,
  conversation: Doc<'conversations'>,
  decision: TurnDecision,
  { agentId, epoch, seenThrough }: Seen,
): Promise<void> {
  const author = { kind: 'agent', agentId, epoch, seenThrough } as const;
  if (decision.do !== 'handOver') {
    const articleIds = decision.do === 'answer' ? decision.articleIds : [];
    const outcome = await sendToCustomer(ctx, { conversation, author, text: decision.text, articleIds });
    if ('sent' in outcome && decision.do === 'noteEmail') {
      await ctx.db.patch(conversation.customerId, { email: decision.email });
      await refreshRowsOf(ctx, conversation.customerId);
    }
    return;
  }
  const isNews = decision.isFirst || decision.reason === 'customerAsked';
  const text = isNews
    ? `${decision.text}${await whenAPersonAnswers(ctx, conversation, decision.isFirst)}`
    : decision.text;
  const outcome = await sendToCustomer(ctx, { conversation, author, text });
  if ('refused' in outcome) return;
  await handOver(ctx, {
    conversation,
    actor: { kind: 'agent', agentId },
    reason: decision.reason,
    rule: decision.rule,
    brief: decision.brief,
    farewell: { by: 'nobody' },
  });
}

/** [H5] With nobody there, the truth about when there will be, and the offer to answer by email. */
async function whenAPersonAnswers(
  ctx: MutationCtx,
  conversation: Doc<'conversations'>,
  isFirst: boolean,
): Promise<string> {
  if (await isSomebodyHere(ctx, conversation.teamId)) return '';
  const agent = await ctx.db.get(conversation.agentId);
  const opens = agent?.openingHours === undefined ? null : nextOpening(agent.openingHours, Date.now());
  const isClosed = agent?.openingHours !== undefined && !isOpen(agent.openingHours, Date.now());
  const when =
    isClosed && opens !== null ? `We are back ${opens}.` : 'They will answer when the team is back.';
  const customer = await ctx.db.get(conversation.customerId);
  const leave =
    isFirst && customer?.email === undefined
      ? ' You may leave your email address here, so that they can reach you.'
      : '';
  return ` Nobody on the team is online right now. ${when}${leave}`;
}
