/**
 * Does the customer say that what was settled is not solved? (docs/rules.md H7) Pure.
 *
 * Read by words of return, of what has not come about and of what was promised, in four languages. When in doubt it says yes: a
 * needless look by a person costs less than a customer who is answered with an article for the second time.
 */
import { firstUnits } from '../../kit/text';
import { fold } from './words';

/** Code units that are read. */
const mostRead = 2_000;

const thanks = '(?:thanks|thank you|danke|merci|gracias)';
const courtesy = new RegExp(
  `\\b(?:hi|hello|hey|${thanks}(?: (?:so|very|much|a|lot|all|you))*) again\\b|\\bagain,? ${thanks}\\b`,
  'g',
);
const unsolved = [
  /\b(?:again|still|once more|unsolved|unresolved|no better|not yet|keeps? \w+ing|same (?:problem|issue|error|thing|mistake))\b/,
  /\b(?:second|third|fourth|fifth|\d+(?:nd|rd|th)) time\b/,
  /\b(?:not|never|didnt|doesnt|dont|isnt|wasnt|hasnt|havent|wont|did not|does not) (?:\w+ ){0,2}(?:solved?|fixed|resolved?|work(?:s|ed|ing)?|help(?:s|ed|ful)?|arrived?|happen(?:ed)?|come|changed?|done|received?)\b/,
  /\bnothing (?:has |was |is )?(?:changed|happened|arrived|come|done|solved|helped)\b/,
  /\byou (?:said|promised|told me)\b|\b(?:where is|wheres|i want) my (?:money|refund|replacement)\b/,
  /\bsie (?:haben )?(?:versprochen|gesagt|versprachen|sagten)\b|\bwo (?:ist|bleibt) mein (?:geld|ersatz)\b/,
  /\b(?:wieder|immer noch|noch immer|erneut|nach wie vor|noch nicht|nicht (?:gelost|geholfen|behoben|angekommen|funktioniert)|zum (?:zweiten|dritten|vierten) mal)\b/,
  /\b(?:encore une fois|toujours (?:pas|rien)|de nouveau|a nouveau|pas (?:resolu|regle|marche|recu))\b/,
  /\b(?:otra vez|de nuevo|todavia|aun no|sigue (?:sin|igual)|no (?:funciona|esta resuelto|ha llegado|me ayudo))\b/,
];

export function saysUnsolved(text: string): boolean {
  const said = fold(firstUnits(text, mostRead)).replaceAll(/['’]/g, '').replaceAll(courtesy, '');
  return unsolved.some((pattern) => pattern.test(said));
}
