/**
 * Words of a text, as the search index and the knowledge agent compare them. Pure.
 *
 * A *term* is a word in lower case, without accents, cut to a light English stem ("shipping", "shipped" and
 * "shipment" are "ship"). The stem is crude on purpose: both sides of every comparison go through it, so it only has
 * to be the same for both. Words of other languages pass through it nearly unchanged.
 */
import { withoutEnd } from '../../kit/text';

/** Words that say nothing about the subject. */
const stopWords = new Set(
  (
    'a an the this that these those it its i im ive id me my mine myself we us our you your yours he she they them ' +
    'their his her is am are was were be been being do does did done doing have has had having can could will would ' +
    'shall should may might must to of in on at by for from with without about into onto over under as than then so ' +
    'if or and but not no nor yes ok okay what which who whom whose how when why there here just also too very ' +
    'really please thanks thank hi hello hey dear some any all anything something someone anyone one ones up out ' +
    'off again still already yet now ever never much many more most such only own same well like want wanted wants ' +
    'need needs needed would get gets got getting go goes going let lets know think say says said tell told ask ' +
    'asked asking make makes made see seems seem use used using try tried trying because while during both each ' +
    'dont doesnt didnt cant couldnt wont wouldnt isnt arent wasnt havent hasnt whats thats theres ' +
    'ago last thing things stuff way bit lot look looking maybe actually currently question questions help wonder ' +
    'wondering possible sure fine good great new today tomorrow yesterday tonight accept policy info information'
  ).split(' '),
);

/** Past forms that no suffix rule reaches. */
const irregular: Record<string, string> = {
  bought: 'buy',
  sent: 'send',
  paid: 'pay',
  broke: 'break',
  broken: 'break',
  lost: 'lose',
  worn: 'wear',
  came: 'come',
  took: 'take',
  taken: 'take',
  kept: 'keep',
  sold: 'sell',
  chose: 'choose',
  chosen: 'choose',
  torn: 'tear',
  tore: 'tear',
  tyre: 'tire',
  feet: 'foot',
};

/** Lower case, accents removed, apostrophes closed up ("don't" is "dont"). */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/['’]/g, '')
    .toLowerCase();
}

/** Every word of a text, folded, in order. */
export function wordsOf(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

function withoutPlural(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${withoutEnd(word, 'ies')}y`;
  if (word.endsWith('sses') || word.endsWith('shes') || word.endsWith('ches') || word.endsWith('xes')) {
    return withoutEnd(word, 'es');
  }
  if (word.length > 3 && word.endsWith('s') && !/(ss|us|is)$/.test(word)) return withoutEnd(word, 's');
  return word;
}

const endings = ['ations', 'ation', 'ments', 'ment', 'able', 'ible', 'ing', 'ed'];

function withoutEnding(word: string): string {
  for (const ending of endings) {
    if (!word.endsWith(ending)) continue;
    const stem = withoutEnd(word, ending);
    if (stem.length < 3 || !/[aeiouy]/.test(stem)) continue;
    return /([bcdfgmnprtv])\1$/.test(stem) || /[^aeiou]ll$/.test(stem) || stem.endsWith('ell')
      ? stem.replace(/.$/, '')
      : stem;
  }
  return word;
}

/** The light stem of one folded word. */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return irregular[word] ?? word;
  const base = irregular[word] ?? withoutEnding(withoutPlural(word));
  if (base.length > 4 && /[^aeiou]y$/.test(base)) return withoutEnd(base, 'y');
  return base.length > 3 && base.endsWith('e') ? withoutEnd(base, 'e') : base;
}

/** Two words that mean one. */
const compounds: [RegExp, string][] = [
  [/\bchang(?:e|ed|ing) my mind\b/g, ''],
  [/\bmoney back\b/g, 'refund'],
  [/\b(?:sen[dt]|giv(?:e|ing)|br(?:ing|ought)|tak(?:e|ing)) (?:\w+ ){0,3}back\b/g, 'return'],
  [/\bsending (?:\w+ ){0,3}back\b/g, 'return'],
  [/\b(?:check ?out|checking out)\b/g, 'checkout'],
  [/\bswapping\b/g, 'swap'],
  [/\be-?mails?\b/g, 'email'],
  [/\b(?:opening|business|working|office) (?:hours|times)\b/g, 'open hours'],
];

/** Every word of a text, with compounds as the one word they mean: "send it back" is "return". */
export function plainWordsOf(text: string): string[] {
  let plain = fold(text);
  for (const [pattern, word] of compounds) plain = plain.replace(pattern, word);
  return wordsOf(plain);
}

/** What a text is about: its stemmed words without the ones that say nothing, in order, repeats kept. */
export function termsOf(text: string): string[] {
  return plainWordsOf(text)
    .filter((word) => !stopWords.has(word) && (word.length > 1 || /\p{N}|[^a-z]/u.test(word)))
    .map(stem);
}

/** Sentences and list lines of a text, trimmed, without markup at their start. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/\n+/)
    .flatMap((line) => line.replace(/^\s*(?:[-*•#]+|\d+[.)])\s+/, '').split(/(?<=[.!?…。！？])\s+/u))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}
