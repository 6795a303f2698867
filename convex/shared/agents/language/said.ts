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
  #weighty: string | undefined;
  #terms: ReadonlySet<string> | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get sentiment(): number {
    return (this.#sentiment ??= sentimentOf(this.#text));
  }

  /**
   * A keyword is one or more words, compared by stem ("refunded" is "refund") and by meaning ("give it back" is "return"). Between
   * its words may stand whom it happened to: "charged me twice".
   */
  mentions(keyword: string): boolean {
    const wanted = stemmed(wordsOf(keyword));
    if (wanted === '  ') return false;
    this.#words ??= stemmed(wordsOf(this.#text));
    this.#plainWords ??= stemmed(plainWordsOf(this.#text));
    if (this.#words.includes(wanted) || this.#plainWords.includes(wanted)) return true;
    return this.#hasAround(keyword) || this.#hasUnspaced(keyword);
  }

  #hasAround(keyword: string): boolean {
    const wanted = wordsOf(keyword).filter(isWeighty);
    if (wanted.length < 2) return false;
    this.#weighty ??= stemmed(wordsOf(this.#text).filter(isWeighty));
    return this.#weighty.includes(stemmed(wanted));
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

const slight = new Set(
  'me my us our i we you your he she they them it its this that the a an mich mir mein meine meinen uns unsere ich wir sie'.split(
    ' ',
  ),
);
const isWeighty = (word: string) => !slight.has(word);

/** With a space on both sides of each, so that whole words are found. */
function stemmed(words: string[]): string {
  return ` ${words.map(stem).join(' ')} `;
}
