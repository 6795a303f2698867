/**
 * The sentences of an article that answer a question, and the answer written from them (docs/rules.md P4). Pure.
 * The agent never says anything that does not stand in an article: it chooses sentences, it does not write them.
 */
import { ReadArticle, tellingOf } from './library';
import { relatedTo } from './language/synonyms';
import { fold, sentencesOf, termsOf } from './language/words';

const mostSentences = 3;
const mostCharacters = 480;

/** What kind of thing is asked for, and how a sentence looks that says it. */
const kinds: { asked: RegExp; told: RegExp }[] = [
  {
    asked: /\b(?:how (?:long|soon|fast|quick\w*|many (?:days|weeks|hours))|when|what (?:time|day)|takes?)\b/,
    told: /\b(?:\d+|one|two|three|five|ten|same|next)(?:[ –-]+(?:to )?\w+){0,2}[ -](?:minute|hour|day|week|month|year)s?\b|\b\d{1,2}[:.]\d\d\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day/,
  },
  {
    asked: /\b(?:how much|costs?|price|fees?|charged?|free|expensive)\b/,
    told: /[€$£]\s?\d|\d\s?(?:€|eur\b|euros?\b|usd\b|dollars?\b|pounds?\b|%)|\bfree\b|\bno (?:charge|cost|fee)/,
  },
];
const kindBonus = 1.6;
const neighbourShare = 0.25;
const firstBonus = 0.6;
const leastShare = 0.55;
const synonymShare = 0.5;
const contextShare = 0.3;

/** The few sentences that answer best, in the article's own order. */
export function passagesOf(article: ReadArticle, question: string, context = ''): string[] {
  const sentences = sentencesOf(article.body);
  if (article.body.length <= mostCharacters / 2 || sentences.length <= 2) return sentences;
  // What was stored may be of a time when sentences were told apart otherwise.
  const { id, title, body } = article;
  const read = article.sentenceCount === sentences.length ? article : new ReadArticle({ id, title, body });
  const own = scoresOf(read, sentences, question, context);
  const scores = own.map(
    (score, at) =>
      score + neighbourShare * ((own[at - 1] ?? 0) + (own[at + 1] ?? 0)) + (at === 0 ? firstBonus : 0),
  );
  const chosen = choose(sentences, scores);
  // A question that an article asks itself is nothing without the sentence after it.
  const whole = chosen.flatMap((at) => (sentences[at]?.endsWith('?') ? [at, at + 1] : [at]));
  return [...new Set(whole)].sort((a, b) => a - b).flatMap((at) => sentences[at] ?? []);
}

/** How well each sentence answers by itself. */
function scoresOf(article: ReadArticle, sentences: string[], question: string, context: string): number[] {
  const scores = sentences.map(() => 0);
  const frequency = (term: string) => new Set(article.sentencesWith(term)).size;
  const add = (term: string, asked: boolean) => {
    const weight = tellingOf(term, sentences.length, frequency);
    const exact = new Set(article.sentencesWith(term));
    for (const at of exact) scores[at]! += weight * (asked ? 1 : contextShare);
    if (!asked) return;
    const alike = new Set([...relatedTo(term)].flatMap((other) => article.sentencesWith(other)));
    for (const at of alike) if (!exact.has(at)) scores[at]! += weight * synonymShare;
  };
  const asked = new Set(termsOf(question));
  for (const term of asked) add(term, true);
  for (const term of new Set(termsOf(context))) if (!asked.has(term)) add(term, false);
  const folded = fold(question);
  for (const { told } of kinds.filter((kind) => kind.asked.test(folded))) {
    sentences.forEach((sentence, at) => told.test(fold(sentence)) && (scores[at]! += kindBonus));
  }
  return scores;
}

/** The best few that fit together into one answer, best first. */
function choose(sentences: string[], scores: number[]): number[] {
  const best = Math.max(...scores);
  const order = scores.map((_, at) => at).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const chosen: number[] = [];
  let length = 0;
  for (const at of order) {
    const size = sentences[at]!.length;
    if (chosen.length === mostSentences || scores[at]! < best * leastShare) break;
    if (chosen.length > 0 && length + size > mostCharacters) continue;
    chosen.push(at);
    length += size;
  }
  return chosen;
}
