/**
 * The sentences of an article that answer a question, and the answer written from them (docs/rules.md P4). Pure.
 * The agent never says anything that does not stand in an article: it chooses sentences, it does not write them.
 */
import { type Article, Corpus } from './knowledge';
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

/** The few sentences that answer best, in the article's own order. */
export function passagesOf(article: Article, question: string, context = ''): string[] {
  const sentences = sentencesOf(article.body);
  if (article.body.length <= mostCharacters / 2 || sentences.length <= 2) return sentences;
  const corpus = new Corpus(sentences.map((body, at) => ({ id: String(at), title: '', body })));
  const asked = new Set(termsOf(question));
  const around = new Set(termsOf(context));
  const folded = fold(question);
  const wanted = kinds.filter((kind) => kind.asked.test(folded));

  const own = sentences.map((sentence) => {
    const terms = new Set(termsOf(sentence));
    let score = 0;
    for (const term of asked) {
      if (terms.has(term)) score += corpus.weight(term);
      else if ([...relatedTo(term)].some((other) => terms.has(other))) score += corpus.weight(term) * 0.5;
    }
    for (const term of around) if (!asked.has(term) && terms.has(term)) score += corpus.weight(term) * 0.3;
    for (const kind of wanted) if (kind.told.test(fold(sentence))) score += kindBonus;
    return score;
  });
  const scores = own.map(
    (score, at) =>
      score + neighbourShare * ((own[at - 1] ?? 0) + (own[at + 1] ?? 0)) + (at === 0 ? firstBonus : 0),
  );

  const best = Math.max(...scores);
  const order = scores.map((_, at) => at).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const chosen: number[] = [];
  let length = 0;
  for (const at of order) {
    const size = sentences[at]?.length ?? 0;
    if (chosen.length === mostSentences || (scores[at] ?? 0) < best * leastShare) break;
    if (chosen.length > 0 && length + size > mostCharacters) continue;
    chosen.push(at);
    length += size;
  }
  // A question that an article asks itself is nothing without the sentence after it.
  const whole = chosen.flatMap((at) => (sentences[at]?.endsWith('?') ? [at, at + 1] : [at]));
  return [...new Set(whole)].sort((a, b) => a - b).flatMap((at) => sentences[at] ?? []);
}
