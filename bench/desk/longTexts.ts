/** Texts as long as they may be, each of a kind that makes some way of reading it slow. */
import { seededRandom } from '../support/measure.ts';

const LENGTH = 20_000;
const random = seededRandom(11);

const filled = (piece: string | (() => string)): string => {
  let text = '';
  while (text.length < LENGTH) text += typeof piece === 'string' ? piece : piece();
  return text.slice(0, LENGTH - 1).toWellFormed();
};
const pick = (from: number, to: number): string =>
  String.fromCodePoint(from + Math.floor(random() * (to - from)));
const word = (): string => `${Array.from({ length: 6 }, () => pick(97, 123)).join('')} `;

export const longTexts: Record<string, string> = {
  'one word': filled('a'),
  'words of one letter': filled('a '),
  'words that are all different': filled(word),
  "the shop's own words": filled('can I return or exchange the size of a refund after 30 days of shipping? '),
  'requests for a person': filled(
    'no I do not want a person, not a human, please no agent but somebody real. ',
  ),
  'spans of time': filled('45 days ago, 3 weeks later, within 30 days, since 2 months, '),
  greetings: filled('hello hi thanks thank you ok good morning bye '),
  anger: filled('this is terrible, awful, not good, never again, the worst, useless! '),
  quotations: filled('> > > On Monday somebody wrote:\n> '),
  'short lines': filled('x\n'),
  'line ends': `a${filled('\n')}`.slice(0, LENGTH - 2) + 'b',
  'opening brackets': filled('([{'),
  dots: filled('. . ... '),
  'Chinese without spaces': filled(() => pick(0x4e00, 0x9000)),
  'Thai without spaces': filled(() => pick(0x0e01, 0x0e2e)),
  'Korean words': filled(() => `${pick(0xac00, 0xd7a0)}${pick(0xac00, 0xd7a0)} `),
  'Arabic words': filled(() => `${pick(0x0627, 0x064a)}${pick(0x0627, 0x064a)}${pick(0x0627, 0x064a)} `),
  'marks on letters': filled('e\u0301\u0323'),
  'families of emoji': filled('👩\u200d👩\u200d👧\u200d👦'),
  'numbers and prices': filled('48213 €4.90 12:30 2026-11-27 '),
  'words with hyphens': filled('re-re-re-re-turn-able-ness-'),
  addresses: filled('someone@example.com https://example.com/a?b=c '),
};
