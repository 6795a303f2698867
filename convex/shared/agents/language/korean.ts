/**
 * Korean words without their endings. Pure.
 *
 * Particles and endings are written onto a word: 환불은, 환불하고, 환불받을 are 환불. What stands there is cut off by lists,
 * and by whether a particle fits the sound before it (은 after a consonant, 는 after a vowel), so that 가을 and 나이 stay whole.
 * Crude on purpose, as every stem here (words.ts): it has to be the same for both sides of a comparison.
 */
import { withoutEnd } from '../../kit/text';

/** Letters as they are folded: apart. */
const hangul = /[\u1100-\u11ff]/;

const list = (words: string) => words.split(' ');

const particles = [
  {
    fits: 'consonant',
    words: list('은 을 이 과 으로 으로는 으로도 이나 이랑 이란 이라도 이에요 이예요 이요'),
  },
  { fits: 'vowel', words: list('는 를 가 와 로 로는 로도 나 랑 란 라도 예요 에요') },
  {
    fits: 'both',
    words: list(
      '의 에 도 만 에서 에게 에는 에도 에서는 에서도 까지 부터 보다 처럼 마다 밖에 한테 한테서 께 께서 조차 들 님 요 인가요 인데 인데요 인지 입니다 입니까',
    ),
  },
] as const;
const byLength = particles
  .flatMap(({ fits, words }) => words.map((word) => ({ word, fits })))
  .toSorted((a, b) => b.word.length - a.word.length);

/** One behind the other: 배송까지는. */
const mostParticles = 3;

/** After a single syllable only these: their fit tells enough. */
const afterOne = new Set(['은', '을', '는', '를']);

/**
 * A noun that something is done with (하다), happens to (되다), is given (받다): whatever stands behind is grammar. No syllable
 * of the middle is one of the end, so that a long run is gone through once (E4).
 */
const verb =
  /^(.{2,}?)(?:[하해했할함합한되돼됐될됨됩된]|받|드리|드려|드립|드릴|시키|시켜)[가거건걸겠게고구기길까나네는니다던데도든라러려록를며면방법서세셔셨셔수습시신실싶십아야어었없여였와요으은을음의이있자잖적죠주준줄줘줬지중으]*$/u;
const verbEndings = list(
  '고싶은데요 고싶어요 고싶습니다 싶은데요 싶어요 었습니다 았습니다 었어요 았어요 었는데 았는데 는데요 습니다 습니까 나요 는데 려고 려면 세요 어요 아요 네요 는지 지만 고',
);

/** A folded word; anything else than Korean is returned as it is. */
export function withoutKoreanEnding(word: string): string {
  if (!hangul.test(word)) return word;
  let rest = word.normalize('NFC');
  rest = verb.exec(rest)?.[1] ?? withoutVerbEnding(rest);
  for (let left = mostParticles; left > 0; left--) {
    const particle = particleOf(rest);
    if (particle === undefined) break;
    rest = withoutEnd(rest, particle);
  }
  return rest.normalize('NFD');
}

function withoutVerbEnding(word: string): string {
  const ending = verbEndings.find((each) => word.endsWith(each) && word.length >= each.length + 2);
  return ending === undefined ? word : withoutEnd(word, ending);
}

function particleOf(word: string): string | undefined {
  return byLength.find(({ word: particle, fits }) => {
    if (!word.endsWith(particle)) return false;
    const left = word.length - particle.length;
    if (left < (afterOne.has(particle) ? 1 : 2)) return false;
    return fits === 'both' || isAfter(particle, fits, soundBefore(word, left - 1));
  })?.word;
}

function isAfter(particle: string, fits: 'consonant' | 'vowel', sound: Sound): boolean {
  if (fits === 'consonant') return sound !== 'vowel';
  return sound === 'vowel' || sound === 'any' || (sound === 'ㄹ' && particle.startsWith('로'));
}

type Sound = 'consonant' | 'vowel' | 'ㄹ' | 'any';

const firstSyllable = 0xac00;
const lastSyllable = 0xd7a3;
const endings = 28;
const rieul = 8;

/** How the syllable there ends; any for what is no Korean. */
function soundBefore(word: string, at: number): Sound {
  const code = word.charCodeAt(at);
  if (code < firstSyllable || code > lastSyllable) return 'any';
  const ending = (code - firstSyllable) % endings;
  if (ending === 0) return 'vowel';
  return ending === rieul ? 'ㄹ' : 'consonant';
}
