/**
 * Finding the article that answers a question, and how sure one may be of it (docs/rules.md P4). Pure.
 *
 * Confidence is term coverage: which part of what the customer said, weighed by how telling each word is among the
 * team's articles, one article speaks about. A word that no article knows weighs most, so a question about something
 * the team never wrote about stays low, however well its other words fit. Many unknown words weigh less each: people
 * tell stories around their question.
 */
import { relatedTo } from './language/synonyms';
import { fold, sentencesOf, stem, termsOf } from './language/words';

export interface Article<Id extends string = string> {
  id: Id;
  title: string;
  body: string;
}

export interface Ranked<Id extends string = string> {
  article: Article<Id>;
  /** 0 … 1: the share of the question this article speaks about. */
  confidence: number;
  /** Orders articles; has no unit. */
  score: number;
}

/** From here on the agent answers; below `guessFrom` it knows nothing; between them it says that it is not sure. */
export const confidentFrom = 0.5;
export const guessFrom = 0.33;

const synonymShare = 0.8;
const elsewhereShare = 0.8;
const titleBonus = 0.8;
const contextShare = 0.5;
const windowSentences = 3;
/** Small corpora: a word's rarity is judged as among at least this many articles. */
const leastCorpus = 10;
/** Words that nearly every question to a shop or a service holds. */
const faintShare = 0.4;
const faint = new Set(
  'where day week month year sell buy offer offered bring long customer item product'.split(' ').map(stem),
);

/** "Can I return …", "do you deliver …", "I want to cancel …": the verb is what the customer is after. */
const intent =
  /\b(?:(?:can|could|may|might|do|does|should|would|will|shall|must) (?:i|we|you|u|one|they)(?: (?:please|also|still|just))?|(?:want|need|like|trying|able|allowed|possible|how) to) (\w+)/g;
const intentShare = 1.6;

/** The terms of what the customer wants to do. */
export function intentsOf(question: string): Set<string> {
  return new Set([...fold(question).matchAll(intent)].flatMap(([, verb]) => termsOf(verb ?? '')));
}

/** What a full-text index reads of an article: the terms of title and body. */
export function searchTextOf(title: string, body: string): string {
  return termsOf(`${title}\n${body}`).join(' ');
}

/** What to ask a full-text index for (at most 16 terms count there): the question's own terms, then related ones. */
export function searchQueryOf(...texts: string[]): string {
  const own = new Set(texts.flatMap(termsOf));
  const wider = [...own].flatMap((term) => [...relatedTo(term)]).filter((term) => !own.has(term));
  return [...[...own].slice(0, 12), ...new Set(wider)].slice(0, 16).join(' ');
}

function share(term: string, terms: ReadonlySet<string>): number {
  if (terms.has(term)) return 1;
  for (const other of relatedTo(term)) if (terms.has(other)) return synonymShare;
  return 0;
}

/** How telling each term is among these articles. */
export class Corpus {
  readonly #frequency = new Map<string, number>();
  readonly #size: number;

  constructor(articles: Article[]) {
    this.#size = Math.max(articles.length, leastCorpus);
    for (const { title, body } of articles) {
      for (const term of new Set(termsOf(`${title}\n${body}`))) {
        this.#frequency.set(term, (this.#frequency.get(term) ?? 0) + 1);
      }
    }
  }

  knows(term: string): boolean {
    return this.#frequency.has(term) || [...relatedTo(term)].some((other) => this.#frequency.has(other));
  }

  weight(term: string): number {
    const seenIn = Math.max(
      this.#frequency.get(term) ?? 0,
      ...[...relatedTo(term)].map((other) => (this.#frequency.get(other) ?? 0) / 2),
    );
    return Math.log(2 + this.#size / (1 + seenIn)) * (faint.has(term) || /^\d+$/.test(term) ? faintShare : 1);
  }
}

/** An article that keeps coming back to a term is about it. */
function frequencyBonus(term: string, all: string[]): number {
  const related = relatedTo(term);
  const count = all.filter((other) => other === term || related.has(other)).length;
  return count / (count + 3);
}

/** Best sum over any few neighbouring sentences: words that stand together are about one thing. */
function bestWindow(sentences: ReadonlySet<string>[], weights: Map<string, number>): Map<string, number> {
  let best = new Map<string, number>();
  let most = -1;
  for (let at = 0; at < sentences.length; at++) {
    const together = new Set(sentences.slice(at, at + windowSentences).flatMap((terms) => [...terms]));
    const shares = new Map([...weights.keys()].map((term) => [term, share(term, together)]));
    const sum = [...shares].reduce((total, [term, part]) => total + part * (weights.get(term) ?? 0), 0);
    if (sum > most) [most, best] = [sum, shares];
  }
  return best;
}

/**
 * Articles in the order they fit the question. `context` (the topic so far) helps a follow-up find its article; it
 * counts half and is never held against one.
 */
export function rank<Id extends string>(
  question: string,
  articles: Article<Id>[],
  context = '',
): Ranked<Id>[] {
  const corpus = new Corpus(articles);
  const intents = intentsOf(question);
  const own = new Map(
    [...new Set(termsOf(question))].map((term) => [
      term,
      corpus.weight(term) * (intents.has(term) ? intentShare : 1),
    ]),
  );
  const weights = new Map(own);
  for (const term of new Set(termsOf(context))) {
    if (!own.has(term) && corpus.knows(term)) weights.set(term, corpus.weight(term) * contextShare);
  }
  let known = 0;
  const unknown: number[] = [];
  for (const [term, weight] of weights) {
    if (corpus.knows(term)) known += weight;
    else unknown.push(weight);
  }
  const strangers =
    unknown.length === 0 ? 0 : unknown.reduce((sum, each) => sum + each, 0) / Math.sqrt(unknown.length);
  const whole = known + strangers;
  if (known === 0) return [];

  return articles
    .map((article) => {
      const title = new Set(termsOf(article.title));
      const all = termsOf(`${article.title}\n${article.body}`);
      const body = new Set(all);
      const near = bestWindow(
        sentencesOf(article.body).map((sentence) => new Set(termsOf(sentence))),
        weights,
      );
      let matched = 0;
      let bonus = 0;
      for (const [term, weight] of weights) {
        const inTitle = share(term, title);
        matched += weight * Math.max(inTitle, near.get(term) ?? 0, share(term, body) * elsewhereShare);
        bonus += weight * inTitle * titleBonus + weight * frequencyBonus(term, all);
      }
      return { article, confidence: matched / whole, score: matched + bonus };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.article.id < b.article.id ? -1 : 1));
}
