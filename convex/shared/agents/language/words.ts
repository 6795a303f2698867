/**
 * Words of a text, as the search index and the knowledge agent compare them. Pure.
 *
 * A *term* is a word in lower case, without accents, cut to a light English stem ("shipping", "shipped" and
 * "shipment" are "ship"). The stem is crude on purpose: both sides of every comparison go through it, so it only has
 * to be the same for both. Words of other languages pass through it nearly unchanged.
 *
 * Korean words lose what is written onto them (korean.ts). Chinese, Japanese, Thai and their neighbours put no spaces between words: there the words are those of the runtime's
 * dictionary (`Intl.Segmenter`). What it finds may change with the runtime, so what is stored of articles is made again
 * with it.
 */
import { withoutEnd } from '../../kit/text';
import { withoutKoreanEnding } from './korean';

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
    'wondering possible sure fine good great new today tomorrow yesterday tonight accept policy info information ' +
    '的 了 吗 呢 吧 啊 我 我想 我要 你 您 他 她 它 们 我们 你们 您们 是 在 有 和 与 也 都 就 还 请 请问 想 想要 要 需要 可以 能 能够 会 怎么 怎样 ' +
    '如何 什么 哪里 哪 哪些 多少 多少钱 多久 为什么 这 那 这个 那个 一个 一下 不 没 没有 谢谢 你好 您好 ' +
    'は が の を に へ と も で から まで や か ね よ です ですか ます ますか ですが について でした ました ません する します した して いる います ある あります なる ' +
    'たい の ので けど けれど ください お願い お 御 ご い この その あの これ それ あれ あれば 私 どう どうやって 何 なに いつ どこ いくら いくつ ' +
    'でき ます できる でしょう ありがとう ござい ' +
    'ครับ ค่ะ คะ นะ ฉัน ผม ดิฉัน คุณ เรา จะ ได้ ไหม มั้ย หรือ อย่างไร ยังไง อะไร ที่ไหน เมื่อไหร่ เมื่อไร เท่าไหร่ เท่าไร เท่า ไหร่ ที่ ของ ใน ' +
    'และ กับ เป็น คือ มี ไม่ อยาก ต้องการ ขอ ช่วย หน่อย สวัสดี ขอบคุณ นี้ นั้น ' +
    '저 저는 제가 제 나 나는 내가 내 저희 우리 이 그 저기 이거 그거 이것 것 것은 수 때 등 및 좀 더 또 잘 안 못 다 다시 그리고 그런데 하지만 또는 ' +
    '어떻게 얼마 얼마나 얼마예요 언제 어디 어디서 어디에서 무엇 뭐 왜 누구 무슨 어떤 하고 하는 하면 하려면 할 한 해 해요 해주세요 합니다 하나요 ' +
    '되나요 되는 됩니다 돼요 있나요 있어요 있습니다 있는 없나요 없어요 싶어요 싶습니다 싶은데요 주세요 주실 인가요 입니다 안녕하세요 감사합니다 네 아니요'
  )
    .split(' ')
    .map(fold),
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

/** Letters of the scripts that are written without spaces. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const dictionary = new Intl.Segmenter('en', { granularity: 'word' });

/** A turn reads the same few texts again and again, and the dictionary is the slowest of it. */
const remembered = new Map<string, string>();
const mostRemembered = 64;

/** The text with spaces around the words that had none. Marks must still be on their letters: the dictionary reads them. */
function spaced(text: string): string {
  if (!unspaced.test(text)) return text;
  let known = remembered.get(text);
  if (known !== undefined) return known;
  known = '';
  for (const { segment } of dictionary.segment(text))
    known += unspaced.test(segment) ? ` ${segment} ` : segment;
  if (remembered.size === mostRemembered) remembered.clear();
  remembered.set(text, known);
  return known;
}

function foldedWords(folded: string): string[] {
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Every word of a text, folded, in order. */
export function wordsOf(text: string): string[] {
  return foldedWords(fold(spaced(text)));
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
  return englishStem(withoutKoreanEnding(word));
}

function englishStem(word: string): string {
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
  let plain = fold(spaced(text));
  for (const [pattern, word] of compounds) plain = plain.replace(pattern, word);
  return foldedWords(plain);
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
    .flatMap((line) =>
      line.replace(/^\s*(?:[-*•#]+|\d+[.)])\s+/, '').split(/(?<=[.!?…])\s+|(?<=[。！？])\s*/u),
    )
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}
