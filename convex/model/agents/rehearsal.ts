/** [H3] Rules tried on what customers really wrote. Reads only; nothing is sent. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import type { Rule } from '../../shared/agents/handover';
import { judgeText } from '../../shared/agents/knowledgeTurn';
import { Library } from '../../shared/agents/library';
import { firstMatch } from '../../shared/agents/ruleJudging';
import { firstCharacters } from '../../shared/kit/text';
import { asArticle } from './articles';

type Reader = Pick<QueryCtx, 'db'>;

const maxConversations = 40;
const maxMessages = 20;
/** Read once for all conversations; a rehearsal judges by these. */
const maxArticles = 100;
const excerpt = 200;

export interface Rehearsed {
  conversationId: Id<'conversations'>;
  subject: string;
  handsOver: boolean;
  rule: string | null;
  message: { sequence: number; text: string } | null;
}

export async function rehearsePast(
  ctx: Reader,
  agent: Doc<'agents'>,
  rules: readonly Rule[],
): Promise<Rehearsed[]> {
  const articles = await ctx.db
    .query('articles')
    .withIndex('by_teamId_and_updatedAt', (q) => q.eq('teamId', agent.teamId))
    .order('desc')
    .take(maxArticles);
  const known = new Library(articles.map(asArticle));
  const conversations = await ctx.db
    .query('conversations')
    .withIndex('by_agentId', (q) => q.eq('agentId', agent._id))
    .order('desc')
    .take(maxConversations);
  return Promise.all(conversations.map((conversation) => rehearse(ctx, conversation, known, rules)));
}

async function rehearse(
  ctx: Reader,
  { _id: conversationId, subject }: Doc<'conversations'>,
  known: Library<Id<'articles'>>,
  rules: readonly Rule[],
): Promise<Rehearsed> {
  const entries = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_audience_and_sequence', (q) =>
      q.eq('conversationId', conversationId).eq('audience', 'everyone'),
    )
    .take(maxMessages * 2);
  for (const { author, text = '', sequence, at } of entries) {
    if (author.kind !== 'customer') continue;
    const { facts, asksForPerson, isTooLong } = judgeText({ text, at }, known, at);
    const rule = firstMatch(rules, facts);
    if (!asksForPerson && !isTooLong && rule?.outcome.handOver !== true) continue;
    const message = { sequence, text: firstCharacters(text, excerpt) };
    return { conversationId, subject, handsOver: true, rule: rule?.name ?? null, message };
  }
  return { conversationId, subject, handsOver: false, rule: null, message: null };
}
