/**
 * Finding the article that answers a question, and how sure one may be of it (docs/rules.md P4). Pure.
 *
 * Confidence is term coverage: which part of what the customer said, weighed by how telling each word is among the
 * team's articles, one article speaks about. A word that no article knows weighs most, so a question about something
 * the team never wrote about stays low, however well its other words fit. Many unknown words weigh less each: people
 * tell stories around their question.
 *
 * Work is linear in the question's terms and in the places where articles say them.
 */
import type { Library, ReadArticle } from './library';
import { relatedTo } from './language/synonyms';
import { fold, termsOf } from './language/words';

export interface Ranked<Id extends string = string> {
  article: ReadArticle<Id>;
  /** 0 … 1: the share of the question this article speaks about. */
  confidence: number;
  /** Orders articles; has no unit. */
  score: number;
}

/** From here on the agent answers; below `guessFrom` it knows nothing; between them it asks whether it is that (H7). */
export const confidentFrom = 0.5;
export const guessFrom = 0.33;

const synonymShare = 0.8;
const elsewhereShare = 0.8;
const titleBonus = 0.8;
const contextShare = 0.5;
const windowSentences = 3;

/** "Can I return …", "do you deliver …", "I want to cancel …": the verb is what the customer is after. */
const intent =
  /\b(?:(?:can|could|may|might|do|does|should|would|will|shall|must) (?:i|we|you|u|one|they)(?: (?:please|also|still|just))?|(?:want|need|like|trying|able|allowed|possible|how) to) (\w+)/g;
const intentShare = 1.6;

/** The terms of what the customer wants to do. */
export function intentsOf(question: string): Set<string> {
  return new Set([...fold(question).matchAll(intent)].flatMap(([, verb]) => termsOf(verb ?? '')));
}

/** What to ask a full-text index for (at most 16 terms count there): the question's own terms, then related ones. */
export function searchQueryOf(...texts: string[]): string {
  const own = new Set(texts.flatMap(termsOf));
  const wider = [...own].flatMap((term) => [...relatedTo(term)]).filter((term) => !own.has(term));
  return [...[...own].slice(0, 12), ...new Set(wider)].slice(0, 16).join(' ');
}

/**
 * Articles in the order they fit the question. `context` (the topic so far) helps a follow-up find its article; it
 * counts half and is never held against one.
 */
export function rank<Id extends string>(question: string, library: Library<Id>, context = ''): Ranked<Id>[] {
  const weights = weigh(question, library, context);
  const whole = wholeOf(weights, library);
  if (whole === 0) return [];
  return library.articles
    .map((article) => fit(article, weights, whole))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.article.id < b.article.id ? -1 : 1));
}

type Weights = ReadonlyMap<string, number>;

/** What each term of the question counts, and of its context. */
function weigh(question: string, library: Library, context: string): Weights {
  const intents = intentsOf(question);
  const weights = new Map<string, number>();
  for (const term of new Set(termsOf(question))) {
    weights.set(term, library.weight(term) * (intents.has(term) ? intentShare : 1));
  }
  for (const term of new Set(termsOf(context))) {
    if (!weights.has(term) && library.knows(term)) weights.set(term, library.weight(term) * contextShare);
  }
  return weights;
}

/** What an article that speaks about everything would reach; 0 when nothing of it is known. */
function wholeOf(weights: Weights, library: Library): number {
  let known = 0;
  let unknown = 0;
  let strangers = 0;
  for (const [term, weight] of weights) {
    if (library.knows(term)) known += weight;
    else {
      unknown += weight;
      strangers++;
    }
  }
  return known === 0 ? 0 : known + (strangers === 0 ? 0 : unknown / Math.sqrt(strangers));
}

function fit<Id extends string>(article: ReadArticle<Id>, weights: Weights, whole: number): Ranked<Id> {
  const near = bestWindow(article, weights);
  let matched = 0;
  let bonus = 0;
  let at = 0;
  for (const [term, weight] of weights) {
    const inTitle = share(term, (each) => article.titleTerms.has(each));
    const anywhere = share(term, (each) => article.has(each)) * elsewhereShare;
    matched += weight * Math.max(inTitle, near[at++]!, anywhere);
    bonus += weight * inTitle * titleBonus + weight * frequencyBonus(term, article);
  }
  return { article, confidence: matched / whole, score: matched + bonus };
}

function share(term: string, isSaid: (term: string) => boolean): number {
  if (isSaid(term)) return 1;
  for (const other of relatedTo(term)) if (isSaid(other)) return synonymShare;
  return 0;
}

/** An article that keeps coming back to a term is about it. */
function frequencyBonus(term: string, article: ReadArticle): number {
  let count = article.count(term);
  for (const other of relatedTo(term)) count += article.count(other);
  return count / (count + 3);
}

/** For each term, its share in the few neighbouring sentences that say most: words that stand together are about one thing. */
function bestWindow(article: ReadArticle, weights: Weights): number[] {
  const hits = hitsOf(article, weights);
  const terms = [...weights.values()];
  let best: number[] = [];
  let most = 0;
  // A window whose first sentence says nothing says no more than the next one.
  for (const from of [...hits.keys()].sort((a, b) => a - b)) {
    const shares: number[] = [];
    let sum = 0;
    for (let at = from; at < from + windowSentences; at++) {
      for (const { term, part } of hits.get(at) ?? []) {
        const before = shares[term] ?? 0;
        if (part <= before) continue;
        sum += (part - before) * terms[term]!;
        shares[term] = part;
      }
    }
    if (sum > most) [most, best] = [sum, shares];
  }
  return terms.map((_, term) => best[term] ?? 0);
}

interface Hit {
  term: number;
  part: number;
}

/** By sentence, which terms it says, by themselves or in other words. */
function hitsOf(article: ReadArticle, weights: Weights): Map<number, Hit[]> {
  const hits = new Map<number, Hit[]>();
  const add = (places: readonly number[], hit: Hit) => {
    for (const place of places) {
      const there = hits.get(place);
      if (there === undefined) hits.set(place, [hit]);
      else there.push(hit);
    }
  };
  let term = 0;
  for (const wanted of weights.keys()) {
    add(article.sentencesWith(wanted), { term, part: 1 });
    for (const other of relatedTo(wanted)) add(article.sentencesWith(other), { term, part: synonymShare });
    term++;
  }
  return hits;
}
