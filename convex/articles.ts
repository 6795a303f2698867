/** What the team's knowledge agents answer from (docs/rules.md P4). */
import { v } from 'convex/values';
import { internal } from './_generated/api';
import type { Id } from './_generated/dataModel';
import { operatorAction, operatorMutation, sharedQuery } from './functions';
import { loadArticleFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import { maxArticles, readArticle } from './model/agents/articles';
import { firstCharacters, oneLine } from './shared/kit/text';

const excerptLength = 160;

/** Newest change first; bodies come with `get`, so that the list stays small. */
export const list = sharedQuery('articles.read')({
  args: {},
  returns: v.array(
    v.object({ _id: v.id('articles'), title: v.string(), excerpt: v.string(), updatedAt: v.number() }),
  ),
  handler: async (ctx, { teamId }) => {
    const articles = await ctx.db
      .query('articles')
      .withIndex('by_teamId_and_updatedAt', (q) => q.eq('teamId', teamId))
      .order('desc')
      .take(maxArticles);
    return articles.map(({ _id, title, body, updatedAt }) => ({
      _id,
      title,
      excerpt: firstCharacters(oneLine(body), excerptLength),
      updatedAt,
    }));
  },
});

export const get = sharedQuery('articles.read')({
  args: { articleId: v.id('articles') },
  returns: v.object({ _id: v.id('articles'), title: v.string(), body: v.string(), updatedAt: v.number() }),
  handler: async (ctx, { teamId, articleId }) => {
    const { _id, title, body, updatedAt } = await loadArticleFor(ctx, { teamId }, articleId);
    return { _id, title, body, updatedAt };
  },
});

/** Without an id it makes a new one. Its terms are made here, where that holds nobody up. */
export const save = operatorAction(
  'articles.manage',
  'trialsOfTeam',
)({
  args: { articleId: v.optional(v.id('articles')), title: v.string(), body: v.string() },
  returns: v.id('articles'),
  handler: async (ctx, { teamId, articleId, title, body }): Promise<Id<'articles'>> =>
    ctx.runMutation(internal.agents.articles.store, { teamId, articleId, ...readArticle({ title, body }) }),
});

export const remove = operatorMutation('articles.manage')({
  args: { articleId: v.id('articles') },
  returns: v.null(),
  handler: async (ctx, { teamId, articleId }) => {
    const { title: detail } = await loadArticleFor(ctx, ctx.member, articleId);
    await ctx.db.delete(articleId);
    await audit(ctx, { teamId, actor: ctx.member, action: 'article.removed', subject: articleId, detail });
    return null;
  },
});
