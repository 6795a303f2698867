/** What the team knows: articles, and finding those that may answer a question (docs/rules.md P4). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import { isVisible } from '../../shared/kit/text';
import { searchQueryOf } from '../../shared/agents/knowledge';
import { type Article, searchTextOf } from '../../shared/agents/library';

type Reader = Pick<QueryCtx, 'db'>;

const maxTitleLength = 200;
const maxBodyLength = 20_000;
/** What one list may read within the limits of a query. */
export const maxArticles = 200;
const maxCandidates = 12;

export async function saveArticle(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  articleId: Id<'articles'> | undefined,
  text: { title: string; body: string },
): Promise<Id<'articles'>> {
  const title = text.title.trim();
  const body = text.body.trim();
  if (!isVisible(title) || title.length > maxTitleLength) {
    throw appError('INVALID_INPUT', `An article's title has 1 to ${maxTitleLength} characters.`);
  }
  if (!isVisible(body) || body.length > maxBodyLength) {
    throw appError('INVALID_INPUT', `An article has 1 to ${maxBodyLength} characters.`);
  }
  if (articleId === undefined) await checkRoom(ctx, teamId);
  const fields = { title, body, searchText: searchTextOf(title, body), updatedAt: Date.now() };
  if (articleId === undefined) return ctx.db.insert('articles', { teamId, ...fields });
  await ctx.db.patch(articleId, fields);
  return articleId;
}

async function checkRoom(ctx: Reader, teamId: Id<'teams'>): Promise<void> {
  const articles = await ctx.db
    .query('articles')
    .withIndex('by_teamId_and_updatedAt', (q) => q.eq('teamId', teamId))
    .take(maxArticles);
  if (articles.length === maxArticles)
    throw appError('INVALID_INPUT', `A team has at most ${maxArticles} articles.`);
}

/** The articles that share words with any of the texts; ranking them is shared/agents/knowledge.ts. */
export async function findArticles(
  ctx: Reader,
  teamId: Id<'teams'>,
  texts: string[],
): Promise<Article<Id<'articles'>>[]> {
  const found = new Map<Id<'articles'>, Doc<'articles'>>();
  for (const text of new Set(texts)) {
    const words = searchQueryOf(text);
    if (words === '') continue;
    const articles = await ctx.db
      .query('articles')
      .withSearchIndex('search_searchText', (q) => q.search('searchText', words).eq('teamId', teamId))
      .take(maxCandidates);
    for (const article of articles) found.set(article._id, article);
  }
  return [...found.values()].map(asArticle);
}

export function asArticle({ _id: id, title, body, searchText }: Doc<'articles'>): Article<Id<'articles'>> {
  return { id, title, body, searchText };
}
