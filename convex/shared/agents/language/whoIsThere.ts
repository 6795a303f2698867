/**
 * Does the customer ask only whether anybody is there: "Are you still there?", "Hello?", "Anyone?", "???". (docs/rules.md H5) Pure.
 * Asked of every sentence: whoever asks anything else as well wants that answered.
 */
import { firstUnits } from '../../kit/text';
import { sentencesOf, wordsOf } from './words';

/** Code units; nobody asks that at length. */
const longest = 200;

const courtesy = new Set(
  'hello hi hey hallo hola bonjour salut servus please bitte sorry excuse me um so and but ok okay'.split(
    ' ',
  ),
);
const somebody = '(?:anyone|anybody|someone|somebody|(?:a|any) (?:person|human))';
const place = '(?:there|here|around|online|home|listening|reading(?: this)?|back)';
const asks = [
  `(?:is |are |was )?(?:there )?(?:still )?${somebody}(?: still)?(?: at all)?(?: ${place})?`,
  `(?:are |r )?(?:you|u)(?: guys| all)?(?: still)? ${place}(?: still)?`,
  `still ${place}`,
  '(?:i am |im |we are |were )?still waiting(?: here)?',
  'how much longer(?: (?:do|must|will|should) (?:i|we) (?:(?:have|need) to )?wait)?',
  'how long (?:do|must|will|should) (?:i|we) (?:(?:have|need) to )?wait',
  '(?:ist |seid |war )?(?:da |hier )?(?:noch )?(?:jemand|wer|irgendwer|irgendjemand)(?: noch)?(?: da| hier| online)?',
  '(?:sind sie|seid ihr|bist du)(?: noch)? (?:da|hier|online)',
  'noch (?:jemand )?da|ich warte (?:immer )?noch|wie lange (?:noch|muss ich (?:noch )?warten|dauert es noch)',
  '(?:il )?y a ?t ?il (?:encore )?quelqu ?un(?: ici| la)?|(?:il )?y a (?:encore )?quelqu ?un(?: ici| la)?|(?:est ce qu ?il )?quelqu ?un',
  '(?:vous etes|etes vous|tu es|es tu) (?:toujours |encore )?(?:la|ici)',
  '(?:hay |esta )?alguien(?: ahi| aqui)?|(?:sigues|siguen|sigue|estas|estan|esta) (?:ahi|aqui)',
].map((pattern) => new RegExp(`^(?:${pattern})$`));

export function asksWhoIsThere(text: string): boolean {
  if (text.length > longest) return false;
  if (/^[\s?!¿¡]*\?[\s?!¿¡]*$/.test(text)) return true;
  const sentences = sentencesOf(firstUnits(text, longest)).filter((each) => wordsOf(each).length > 0);
  return sentences.length > 0 && sentences.every(asksInSentence);
}

/** Only courtesy: "Hello?", while one waits. */
function asksInSentence(sentence: string): boolean {
  const words = wordsOf(sentence);
  const said = words.join(' ');
  const rest = words.filter((word) => !courtesy.has(word)).join(' ');
  return rest === '' || asks.some((pattern) => pattern.test(said) || pattern.test(rest));
}
