/** Storing an article with the terms it is found by, which are made before: that is text work (docs/rules.md E4). */
import { v } from 'convex/values';
import { internalMutation, requireMember } from '../functions';
import { saveArticle } from '../model/agents/articles';
import { loadArticleFor } from '../model/kit/access';
import { audit } from '../model/kit/audit';

/** Asks for the permission once more: it may be gone since the gate. */
export const store = internalMutation({
  args: {
    teamId: v.id('teams'),
    articleId: v.optional(v.id('articles')),
    title: v.string(),
    body: v.string(),
    searchText: v.string(),
  },
  returns: v.id('articles'),
  handler: async (ctx, { teamId, articleId, ...article }) => {
    const member = await requireMember(ctx, teamId, 'articles.manage');
    if (articleId !== undefined) await loadArticleFor(ctx, member, articleId);
    const subject = await saveArticle(ctx, teamId, articleId, article);
    await audit(ctx, { teamId, actor: member, action: 'article.saved', subject, detail: article.title });
    return subject;
  },
});
