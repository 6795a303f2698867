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
/** Code units of articles and their terms that one question reads, but for the last one (E4). */
const maxUnits = 240_000;

type ReadArticle = Pick<Doc<'articles'>, 'title' | 'body' | 'searchText'>;

/** Checks an article's text and makes its terms: not within a mutation, for that takes its time. */
export function readArticle(text: { title: string; body: string }): ReadArticle {
  const title = text.title.trim();
  const body = text.body.trim();
  if (!isVisible(title) || title.length > maxTitleLength) {
    throw appError('INVALID_INPUT', `An article's title has 1 to ${maxTitleLength} characters.`);
  }
  if (!isVisible(body) || body.length > maxBodyLength) {
    throw appError('INVALID_INPUT', `An article has 1 to ${maxBodyLength} characters.`);
  }
  return { title, body, searchText: searchTextOf(title, body) };
}

export async function saveArticle(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  articleId: Id<'articles'> | undefined,
  article: ReadArticle,
): Promise<Id<'articles'>> {
  if (articleId === undefined) await checkRoom(ctx, teamId);
  const fields = { ...article, updatedAt: Date.now() };
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

/** The articles that share words best with any of the texts; ranking them is shared/agents/knowledge.ts. */
export async function findArticles(
  ctx: Reader,
  teamId: Id<'teams'>,
  texts: string[],
): Promise<Article<Id<'articles'>>[]> {
  const found = new Map<Id<'articles'>, Doc<'articles'>>();
  for (const text of new Set(texts)) {
    const words = searchQueryOf(text);
    if (words === '') continue;
    const articles = ctx.db
      .query('articles')
      .withSearchIndex('search_searchText', (q) => q.search('searchText', words).eq('teamId', teamId));
    let units = 0;
    let candidates = 0;
    for await (const article of articles) {
      found.set(article._id, article);
      units += article.body.length + article.searchText.length;
      if (++candidates === maxCandidates || units > maxUnits / texts.length) break;
    }
  }
  return [...found.values()].map(asArticle);
}

export function asArticle({ _id: id, title, body, searchText }: Doc<'articles'>): Article<Id<'articles'>> {
  return { id, title, body, searchText };
}
