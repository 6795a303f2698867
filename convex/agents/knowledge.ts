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
import { type CaseCtx, internalMutation } from '../functions';
import { readContext } from '../model/agents/agentContext';
import { findArticles } from '../model/agents/articles';
import { handOver, listRules } from '../model/agents/handover';
import { beginTurn, endTurn, isUnderWay } from '../model/control/agentRuns';
import { sendToCustomer } from '../model/control/door';
import { agentOf, type Case, getHead, openCaseOf } from '../model/conversation/case';
import { newestRun } from '../model/conversation/runs';
import { isSomebodyHere } from '../model/routing/availability';
import { noteEmail } from '../model/customer/customers';
import { judgedPart } from '../shared/agents/judged';
import { isOpen, nextOpening } from '../shared/agents/openingHours';
import { type Decision, decideTurn } from '../shared/agents/knowledgeTurn';

const ofTurn = { conversationId: v.id('conversations'), number: v.number() };

export const run = internalMutation({
  args: ofTurn,
  returns: v.null(),
  handler: async (ctx, { conversationId, number }) => {
    const begun = await beginTurn(ctx, await newestRun(ctx, conversationId), number);
    if (begun === null) return null;
    const { lastSequence: seenThrough } = await getHead(ctx, conversationId);
    const turn = { conversationId, number, epoch: begun.epoch, seenThrough };
    await ctx.scheduler.runAfter(begun.thinkMs, internal.agents.knowledge.deliver, turn);
    return null;
  },
});

/** A turn that was told to stop still comes here: what it was about to say is kept by the door (C7). */
export const deliver = internalMutation({
  args: { ...ofTurn, epoch: v.number(), seenThrough: v.number() },
  returns: v.null(),
  handler: async (ctx, { conversationId, number, epoch, seenThrough }) => {
    const opened = await openCaseOf(ctx, conversationId);
    if (!(await isUnderWay(ctx, opened, number))) return null;
    const agent = (await agentOf(ctx, opened))!;
    const decision = await decide(ctx, opened, agent, seenThrough);
    if (decision === null) await endTurn(ctx, opened);
    else await carryOut(ctx, opened, decision, { agent, epoch, seenThrough });
    return null;
  },
});

/** Articles of earlier answers that a follow-up may mean. */
const maxCited = 8;

type TurnDecision = Decision<Id<'articles'>, Doc<'handoverRules'>>;

/** Null when nothing is owed any more. */
async function decide(
  ctx: CaseCtx,
  opened: Case,
  agent: Doc<'agents'>,
  seenThrough: number,
): Promise<TurnDecision | null> {
  const { spoken, burst, operator, handedOverAt, cited } = await readContext(ctx, opened, seenThrough);
  if (burst.length === 0) return null;
  const topic = spoken.filter(({ from }) => from === 'customer').slice(-3);
  const found = await findArticles(ctx, opened.conversation.teamId, [
    judgedPart(burst).text,
    judgedPart(topic).text,
  ]);
  const lastCited = cited.slice(-maxCited).filter(({ id }) => !found.some((article) => article.id === id));
  const articles = [...found, ...lastCited];
  const now = Date.now();
  return decideTurn<Id<'articles'>, Doc<'handoverRules'>>({
    now,
    spoken,
    burst,
    operator,
    handedOverAt,
    articles,
    rules: await listRules(ctx, agent._id),
    outsideOpeningHours: agent.openingHours !== undefined && !isOpen(agent.openingHours, now),
    hasActiveTicket: opened.activeTicket !== null,
  });
}

interface Seen {
  agent: Doc<'agents'>;
  epoch: number;
  seenThrough: number;
}

async function carryOut(
  ctx: CaseCtx,
  opened: Case,
  decision: TurnDecision,
  { agent, epoch, seenThrough }: Seen,
): Promise<void> {
  const author = { kind: 'agent', agentId: agent._id, epoch, seenThrough } as const;
  if (decision.do !== 'handOver') {
    const articleIds = decision.do === 'answer' ? decision.articleIds : [];
    const outcome = await sendToCustomer(ctx, opened, { author, text: decision.text, articleIds });
    if ('sent' in outcome && decision.do === 'noteEmail') {
      await noteEmail(ctx, opened.conversation.customerId, decision.email);
    }
    return;
  }
  const isNews = decision.isFirst || decision.reason === 'customerAsked';
  const when = isNews ? await whenAPersonAnswers(ctx, opened, agent, decision.isFirst) : '';
  const outcome = await sendToCustomer(ctx, opened, { author, text: `${decision.text}${when}` });
  if ('refused' in outcome) return;
  await handOver(ctx, opened, {
    actor: { kind: 'agent', agentId: agent._id },
    reason: decision.reason,
    rule: decision.rule,
    brief: decision.brief,
    farewell: { by: 'nobody' },
  });
}

/** [H5] With nobody there, the truth about when there will be, and the offer to answer by email. */
async function whenAPersonAnswers(
  ctx: CaseCtx,
  { conversation }: Case,
  { openingHours }: Doc<'agents'>,
  isFirst: boolean,
): Promise<string> {
  if (await isSomebodyHere(ctx, conversation.teamId)) return '';
  const opens = openingHours === undefined ? null : nextOpening(openingHours, Date.now());
  const isClosed = openingHours !== undefined && !isOpen(openingHours, Date.now());
  const when =
    isClosed && opens !== null ? `We are back ${opens}.` : 'They will answer when the team is back.';
  const customer = await ctx.db.get(conversation.customerId);
  const leave =
    isFirst && customer?.email === undefined
      ? ' You may leave your email address here, so that they can reach you.'
      : '';
  return ` Nobody on the team is online right now. ${when}${leave}`;
}
