/**
 * How angry or pleased a message sounds, from -1 to 1, by a small lexicon (docs/rules.md H1). Pure.
 * Meant for "is this person upset", not for fine shades: unknown words count nothing.
 */
import { wordsOf } from './words';

const weights = new Map<string, number>();
function weigh(weight: number, words: string) {
  for (const word of words.split(' ')) weights.set(word, weight);
}
weigh(
  -2,
  'furious outrageous disgusting disgusted scam scammers fraud awful terrible horrible worst useless unacceptable ' +
    'ridiculous pathetic appalling hate lawyer sue disgrace incompetent liars unverschamt betrug katastrophe inacceptable estafa',
);
weigh(
  -1,
  'angry annoyed annoying disappointed disappointing frustrated frustrating upset unhappy bad poor rude wrong ' +
    'complaint complain waiting ignored nobody sick tired fed joke shame rubbish nonsense wutend enttauscht argerlich',
);
weigh(1, 'good nice happy pleased fine helpful thanks thank appreciate gut gracias merci');
weigh(2, 'great perfect excellent amazing love awesome fantastic brilliant wonderful');

const negations = new Set([
  'not',
  'no',
  'never',
  'isnt',
  'wasnt',
  'dont',
  'doesnt',
  'didnt',
  'cant',
  'nicht',
  'kein',
]);

/** -1 (furious) … 0 (neutral) … 1 (delighted). */
export function sentimentOf(text: string): number {
  const words = wordsOf(text);
  let sum = 0;
  words.forEach((word, at) => {
    const weight = weights.get(word) ?? 0;
    const negated = words.slice(Math.max(0, at - 2), at).some((before) => negations.has(before));
    sum += negated ? -weight / 2 : weight;
  });
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;
  if (letters >= 12 && capitals / letters > 0.7) sum -= 1;
  if (/!{2,}/.test(text) && sum < 0) sum -= 1;
  return sum / (Math.abs(sum) + 2) || 0;
}
