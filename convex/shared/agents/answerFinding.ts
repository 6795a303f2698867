/**
 * Which passages answer what the customer wrote (docs/rules.md P4). Pure.
 *
 * A burst may hold several questions: each that has an article of its own is answered from it. Otherwise it is read as
 * one, unless one sentence asks more clearly than the whole: people tell a story before they ask. What an operator
 * told this very customer goes before an article that fits slightly better. Questions beyond the first few are read
 * as part of the whole only (E4).
 */
import { confidentFrom, guessFrom, intentsOf, rank, type Ranked } from './knowledge';
import { type Article, Library } from './library';
import { relatedTo } from './language/synonyms';
import { sentencesOf, termsOf, wordsOf } from './language/words';
import { passagesOf } from './quoting';

export interface Found<Id extends string> extends Ranked<Id> {
  passages: string[];
  /** False for what an operator said: that is no article to cite. */
  isArticle: boolean;
  /** Who said it, when it is no article. */
  by: string;
}

/** What an operator told the customer in the last human stretch. */
export interface Told {
  by: string;
  heard: string;
}

const operatorId = '(operator)';
const toldShare = 0.8;
const mostAnswers = 3;
export const mostQuestions = 8;
const secondShare = 0.5;
const followUpWords = 7;
const followUp =
  /^(?:and|but|ok|okay|so|what about|how about|und|y|et)\b|\b(?:it|that|this|they|them|those|these|one)\b/i;
const asking =
  /[?？]|吗|か。|^(?:and |so |hi |hello )?(?:where|when|how|what|which|who|why|can|could|do|does|did|is|are|will|would|may|should|i (?:want|need|would like|wish))\b/i;

/** What may answer: articles, and what an operator told. */
export function libraryOf<Id extends string>(
  articles: readonly Article<Id>[],
  told: Told | null,
): Library<Id> {
  const heard = told === null ? [] : [{ id: operatorId as Id, title: '', body: told.heard }];
  return new Library([...articles, ...heard]);
}

/**
 * Best first; empty when nothing is known. `topic`: what the talk has been about, for follow-ups. Once it is out of time it
 * looks no further.
 */
export function findAnswers<Id extends string>(
  text: string,
  known: Library<Id>,
  topic: string,
  told: Told | null,
  isOutOfTime: () => boolean,
): Found<Id>[] {
  const context = isFollowUp(text, topic) ? topic : '';
  const quote = (ranked: Ranked<Id>, question = text): Found<Id> => ({
    ...ranked,
    passages: passagesOf(ranked.article, question, context),
    isArticle: !isTold(ranked),
    by: told?.by ?? '',
  });

  const each = context === '' ? answersToEach(text, known, isOutOfTime) : [];
  if (each.length > 1) return each.map(({ ranked, question }) => quote(ranked, question));
  const whole = rank(text, known, context);
  const clearest = context === '' ? clearestPart(text, known, isOutOfTime) : undefined;
  const ranked =
    clearest !== undefined && clearest[0]!.confidence > (whole[0]?.confidence ?? 0) ? clearest : whole;
  return best(ranked, text).map((found) => quote(found));
}

function isTold(ranked: Ranked): boolean {
  return ranked.article.id === operatorId;
}

function isFollowUp(text: string, topic: string): boolean {
  if (topic === '') return false;
  return termsOf(text).length <= 1 || (wordsOf(text).length <= followUpWords && followUp.test(text.trim()));
}

/** Several questions, each surely answered by another article; in the order they were asked. */
function answersToEach<Id extends string>(text: string, known: Library<Id>, isOutOfTime: () => boolean) {
  const found: { question: string; ranked: Ranked<Id> }[] = [];
  for (const question of questionsIn(text)) {
    if (isOutOfTime()) break;
    const [ranked] = rank(question, known);
    if (ranked === undefined || ranked.confidence < confidentFrom) continue;
    if (!found.some((other) => other.ranked.article.id === ranked.article.id))
      found.push({ question, ranked });
  }
  return found.slice(0, mostAnswers);
}

/** The first few that are not the same. */
function questionsIn(text: string): string[] {
  return [...new Set(sentencesOf(text).filter((sentence) => asking.test(sentence)))].slice(0, mostQuestions);
}

function clearestPart<Id extends string>(
  text: string,
  known: Library<Id>,
  isOutOfTime: () => boolean,
): Ranked<Id>[] | undefined {
  const parts = questionsIn(text)
    .flatMap((question) => question.split(/,\s+/))
    .filter((part) => asking.test(part));
  return [...new Set(parts)]
    .slice(0, mostQuestions)
    .map((part) => (isOutOfTime() ? [] : rank(part, known)))
    .filter((ranked) => ranked.length > 0)
    .sort((a, b) => b[0]!.score - a[0]!.score)[0];
}

/** The best, and a second one where the first is silent about what the customer wants to do. */
function best<Id extends string>(ranked: Ranked<Id>[], text: string): Ranked<Id>[] {
  const told = ranked.find(isTold);
  if (told !== undefined && told.confidence >= Math.max(confidentFrom, ranked[0]!.confidence * toldShare)) {
    const article = ranked.find((each) => each !== told && each.confidence >= confidentFrom);
    return article === undefined ? [told] : [told, article];
  }
  const [first, ...others] = ranked.filter((each) => !isTold(each));
  if (first === undefined) return [];
  const second = first.confidence < guessFrom ? undefined : others.find((each) => adds(each, first, text));
  return second === undefined ? [first] : [first, second];
}

/** True if this article's title names a thing the customer wants to do that the first article is silent about. */
function adds(candidate: Ranked, first: Ranked, text: string): boolean {
  if (candidate.score < first.score * secondShare) return false;
  const isNamed = (term: string) => candidate.article.titleTerms.has(term);
  const isKnown = (term: string) => first.article.has(term);
  const inAnyWords = (term: string, isSaid: (term: string) => boolean) =>
    isSaid(term) || [...relatedTo(term)].some(isSaid);
  return [...intentsOf(text)].some((term) => inAnyWords(term, isNamed) && !inAnyWords(term, isKnown));
}
