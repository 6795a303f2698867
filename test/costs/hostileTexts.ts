/**
 * Texts as long as a message or an article may be, each of a kind that has been seen to cost much, or was made to: for a
 * pattern that tries again from everywhere, for the dictionary, for folding, for splitting.
 */
const longest = 20_000;

const repeated = (part: string) => part.repeat(Math.floor(longest / part.length));

export const hostileTexts: Record<string, string> = {
  questions: repeated('return? '),
  'questions that differ': Array.from({ length: 1_500 }, (_, at) => `when is ${at}?`).join(' '),
  'words that differ': Array.from({ length: 2_800 }, (_, at) => `w${at.toString(36)}x`).join(' '),
  'one word': repeated('a'),
  emoji: repeated('👩‍👩‍👧‍👦'),
  accents: repeated('e\u0301\u0302\u0303\u0304'),
  'letters that unfold': repeated('ΐ'),
  chinese: repeated('如何申请退款我想退货'),
  thai: repeated('อยากขอคืนเงินครับ'),
  'no spaces, many scripts': repeated('a退b款c返d品'),
  spaces: `a${repeated(' ').slice(2)}b`,
  lines: repeated('a\n'),
  'sentences without letters': repeated('. ? ! '),
  people: repeated('speak to someone real '),
  'somebody who calls': repeated('somebody a person anyone '),
  'sending and never back': repeated('send a b c '),
  'times gone by': repeated('3 days ago on 1.1.20 last week '),
  numbers: repeated('1 2026-01-15 48213 '),
  addresses: repeated('a.b@c.d '),
  'an address that never ends': `${'a'.repeat(60)}@${repeated('a.').slice(100)}`,
  'thanks and more': repeated('thanks yes no bye '),
  'can I': repeated('can i '),
  commas: repeated('is it, '),
};
