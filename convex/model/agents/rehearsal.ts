/**
 * [H3] What customers really wrote, and what the team knows, for trying rules on it. Reads only, in pages that are bounded by
 * the characters in them (docs/rules.md E4); judging is shared/agents/rehearsal.ts.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import type { Article } from '../../shared/agents/library';
import type { PastConversation } from '../../shared/agents/rehearsal';
import { asArticle } from './articles';

type Reader = Pick<QueryCtx, 'db'>;

const maxConversations = 40;
const maxMessages = 20;
/** Of an article 40,000 characters may be read: its text and its terms. */
const articlesOfPage = 5;
/** Code units of messages after which a page ends. */
const unitsOfPage = 100_000;

/** The agent's newest. */
export async function listPastConversations(
  ctx: Reader,
  agent: Doc<'agents'>,
): Promise<Id<'conversations'>[]> {
  const conversations = await ctx.db
    .query('conversations')
    .withIndex('by_agentId', (q) => q.eq('agentId', agent._id))
    .order('desc')
    .take(maxConversations);
  return conversations.map(({ _id }) => _id);
}

export interface PageOfArticles {
  articles: Article<Id<'articles'>>[];
  /** Null at the end. */
  next: string | null;
}

/** Newest change first. */
export async function pageOfArticles(
  ctx: Reader,
  teamId: Id<'teams'>,
  cursor: string | null,
): Promise<PageOfArticles> {
  const { page, isDone, continueCursor } = await ctx.db
    .query('articles')
    .withIndex('by_teamId_and_updatedAt', (q) => q.eq('teamId', teamId))
    .order('desc')
    .paginate({ cursor, numItems: articlesOfPage });
  return { articles: page.map(asArticle), next: isDone ? null : continueCursor };
}

/** The beginnings of these conversations, at least of the first; of the others as far as the page reaches. */
export async function pageOfPast(
  ctx: Reader,
  conversations: readonly Doc<'conversations'>[],
): Promise<PastConversation<Id<'conversations'>>[]> {
  const page: PastConversation<Id<'conversations'>>[] = [];
  let units = 0;
  for (const { _id: conversationId, subject } of conversations) {
    const messages: PastConversation<Id<'conversations'>>['messages'] = [];
    const entries = ctx.db
      .query('entries')
      .withIndex('by_conversationId_and_audience_and_sequence', (q) =>
        q.eq('conversationId', conversationId).eq('audience', 'everyone'),
      );
    let read = 0;
    for await (const { author, text = '', sequence, at } of entries) {
      units += text.length;
      if (author.kind === 'customer') messages.push({ sequence, at, text });
      if (++read === 2 * maxMessages || units > unitsOfPage) break;
    }
    page.push({ conversationId, subject, messages });
    if (units > unitsOfPage) break;
  }
  return page;
}
