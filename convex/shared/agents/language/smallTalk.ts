/**
 * Messages that ask nothing: greetings, thanks, goodbyes, a bare yes or no. Pure.
 * Read by what is left when every word of courtesy is taken away: nothing left means nothing was asked.
 */
import { wordsOf } from './words';

export type SmallTalk = 'greeting' | 'thanks' | 'goodbye' | 'yes' | 'no';

const courtesy: Record<SmallTalk, Set<string>> = {
  thanks: set(
    'thanks thank thx ty cheers appreciated appreciate danke merci gracias grazie obrigado obrigada bedankt dziekuje ' +
      'tack takk спасибо дякую tesekkurler 谢谢 ありがとう solved works worked perfect brilliant awesome',
  ),
  goodbye: set('bye goodbye ciao tschuss adios farewell'),
  greeting: set(
    'hi hello hey hiya hallo bonjour hola ciao salut morning afternoon evening moin servus привет 你好',
  ),
  yes: set('yes yeah yep yup ja oui si sim да tak sure please do'),
  no: set('no nope nah nein non nie нет'),
};
const filler = set(
  'good day there you u so very much a lot for the your help all that it is was great nice ok okay oh and to this i ' +
    'really everyone guys team then fine lovely super cool alright now everything just what needed got again have ' +
    'one my thats many best kind regards greetings sincerely yours',
);

function set(words: string): Set<string> {
  return new Set(words.split(' '));
}

/** Code units; fourteen words have fewer. */
const longest = 300;

/** Words of names: "Thanks, Ana!" asks nothing of an Ana. */
export const nameWords = (names: readonly string[]): ReadonlySet<string> => new Set(names.flatMap(wordsOf));

const nobody: ReadonlySet<string> = new Set();

/**
 * What kind of courtesy the whole text is, or null when it says anything else. `names` as `nameWords` made them: whom it is said to or
 * by, where it is thanks or a goodbye. With "Hi" or "please" beside it, or as a question, the same word may be what is asked for.
 */
export function smallTalkOf(text: string, names = nobody): SmallTalk | null {
  if (text.length > longest) return null;
  const words = wordsOf(text);
  if (words.length === 0 || words.length > 14) return null;
  let kind: SmallTalk | null = null;
  let [isNamed, isAsking] = [false, text.includes('?')];
  for (const word of words) {
    const found = order.find((each) => courtesy[each].has(word));
    if (found === undefined && !filler.has(word)) {
      if (!names.has(word)) return null;
      isNamed = true;
    }
    if (found === 'yes') isAsking = true;
    if (found !== undefined && (kind === null || order.indexOf(found) < order.indexOf(kind))) kind = found;
  }
  if (isNamed) return !isAsking && (kind === 'thanks' || kind === 'goodbye') ? kind : null;
  if (kind !== null) return kind;
  return words.length <= fillerOnly && !text.includes('?') && !words.includes('again') ? 'yes' : null;
}

/** "ok great" is a nod; a longer row of small words may be a question of its own, as "and now?" is. "Again!" is none either. */
const fillerOnly = 3;

/** The weightiest first: "hi, thanks, bye" is thanks. */
const order: SmallTalk[] = ['thanks', 'goodbye', 'greeting', 'no', 'yes'];
