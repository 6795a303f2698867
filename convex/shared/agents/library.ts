/**
 * Articles as they are compared with what customers write (docs/rules.md P4, E4). Pure.
 *
 * The text work on an article is done once, when it is saved: `searchTextOf` keeps its terms, the title's on the first
 * line and those of each sentence on a line of their own. The full-text index reads them too. At a question they are only
 * looked up, so its cost is in its own words, however much the team has written.
 */
import { relatedTo } from './language/synonyms';
import { sentencesOf, stem, termsOf } from './language/words';

export interface Article<Id extends string = string> {
  id: Id;
  title: string;
  body: string;
  /** What `searchTextOf` said when it was saved; without it the text is read again. */
  searchText?: string;
}

export function searchTextOf(title: string, body: string): string {
  return [title, ...sentencesOf(body)].map((part) => termsOf(part).join(' ')).join('\n');
}

const inTitle = -1;
const nowhere: readonly number[] = [];

export class ReadArticle<Id extends string = string> {
  readonly id: Id;
  readonly title: string;
  readonly body: string;
  readonly sentenceCount: number;
  readonly titleTerms: ReadonlySet<string>;
  readonly #places = new Map<string, number[]>();

  constructor({ id, title, body, searchText = '' }: Article<Id>) {
    this.id = id;
    this.title = title;
    this.body = body;
    // One line: stored before sentences were kept apart.
    const lines = (searchText.includes('\n') ? searchText : searchTextOf(title, body)).split('\n');
    this.sentenceCount = lines.length - 1;
    lines.forEach((line, at) => this.#keep(line, at + inTitle));
    this.titleTerms = new Set(lines[0]!.split(' '));
  }

  #keep(line: string, place: number): void {
    for (const term of line.split(' ')) {
      if (term === '') continue;
      const places = this.#places.get(term);
      if (places === undefined) this.#places.set(term, [place]);
      else places.push(place);
    }
  }

  has(term: string): boolean {
    return this.#places.has(term);
  }

  /** How often it says the term. */
  count(term: string): number {
    return this.#places.get(term)?.length ?? 0;
  }

  /** The sentences of the body that say it, in order; one that says it twice comes twice. */
  sentencesWith(term: string): readonly number[] {
    return this.#places.get(term)?.filter((place) => place !== inTitle) ?? nowhere;
  }
}

/** Small corpora: a word's rarity is judged as among at least this many. */
const leastCorpus = 10;
/** Words that nearly every question to a shop or a service holds. */
const faint = new Set(
  'where day week month year sell buy offer offered bring long customer item product'.split(' ').map(stem),
);
const faintShare = 0.4;

/** How telling a term is among `size` texts, of which `frequencyOf` say a term. */
export function tellingOf(term: string, size: number, frequencyOf: (term: string) => number): number {
  let seenIn = frequencyOf(term);
  for (const other of relatedTo(term)) seenIn = Math.max(seenIn, frequencyOf(other) / 2);
  const rarity = Math.log(2 + Math.max(size, leastCorpus) / (1 + seenIn));
  return rarity * (faint.has(term) || /^\d+$/.test(term) ? faintShare : 1);
}

/** What the team knows, as far as it may answer one question. */
export class Library<Id extends string = string> {
  readonly articles: readonly ReadArticle<Id>[];
  readonly #weights = new Map<string, number>();

  constructor(articles: readonly Article<Id>[]) {
    this.articles = articles.map((article) => new ReadArticle(article));
  }

  knows(term: string): boolean {
    const isSaid = (each: string) => this.articles.some((article) => article.has(each));
    return isSaid(term) || [...relatedTo(term)].some(isSaid);
  }

  weight(term: string): number {
    let weight = this.#weights.get(term);
    if (weight === undefined) {
      const frequency = (each: string) => this.articles.filter((article) => article.has(each)).length;
      this.#weights.set(term, (weight = tellingOf(term, this.articles.length, frequency)));
    }
    return weight;
  }
}
