/**
 * What a text says, as handover rules ask for it (docs/rules.md H1). Pure. The text is read once, at the first question of
 * each kind, however many rules and keywords there are.
 */
import { sentimentOf } from './sentiment';
import { relatedTo } from './synonyms';
import { plainWordsOf, stem, termsOf, wordsOf } from './words';

export class Said {
  readonly #text: string;
  #sentiment: number | undefined;
  #words: string | undefined;
  #plainWords: string | undefined;
  #terms: ReadonlySet<string> | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get sentiment(): number {
    return (this.#sentiment ??= sentimentOf(this.#text));
  }

  /** A keyword is one or more words, compared by stem ("refunded" is "refund") and by meaning ("give it back" is "return"). */
  mentions(keyword: string): boolean {
    const wanted = stemmed(wordsOf(keyword));
    if (wanted === '  ') return false;
    this.#words ??= stemmed(wordsOf(this.#text));
    this.#plainWords ??= stemmed(plainWordsOf(this.#text));
    return this.#words.includes(wanted) || this.#plainWords.includes(wanted) || this.#hasUnspaced(keyword);
  }

  /** Chinese, Japanese and Thai put no spaces between words: there a keyword is found inside the text. */
  #hasUnspaced(keyword: string): boolean {
    return (
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(keyword) &&
      this.#text.includes(keyword)
    );
  }

  isAbout(topic: string): boolean {
    const terms = (this.#terms ??= new Set(termsOf(this.#text)));
    const wanted = termsOf(topic);
    return (
      wanted.length > 0 &&
      wanted.every((term) => terms.has(term) || [...relatedTo(term)].some((other) => terms.has(other)))
    );
  }
}

/** With a space on both sides of each, so that whole words are found. */
function stemmed(words: string[]): string {
  return ` ${words.map(stem).join(' ')} `;
}
