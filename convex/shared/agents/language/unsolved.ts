/**
 * Does the customer say that what was settled is not solved? (docs/rules.md H7) Pure.
 *
 * Read by words of return and of what has not come about, in four languages. When in doubt it says yes: a needless look by a
 * person costs less than a customer who is answered with an article for the second time.
 */
import { firstUnits } from '../../kit/text';
import { fold } from './words';

/** Code units that are read. */
const mostRead = 2_000;

const greeting = /\b(?:hi|hello|hey|thanks|thank you|danke|merci|gracias) again\b/g;
const unsolved = [
  /\b(?:again|still|once more|unsolved|unresolved|no better|not yet|keeps? \w+ing|same (?:problem|issue|error|thing|mistake))\b/,
  /\b(?:second|third|fourth|fifth|\d+(?:nd|rd|th)) time\b/,
  /\b(?:not|never|didnt|doesnt|dont|isnt|wasnt|hasnt|havent|wont|did not|does not) (?:\w+ ){0,2}(?:solved?|fixed|resolved?|work(?:s|ed|ing)?|help(?:s|ed|ful)?|arrived?|happen(?:ed)?|come|changed?|done|received?)\b/,
  /\bnothing (?:has |was |is )?(?:changed|happened|arrived|come|done|solved|helped)\b/,
  /\b(?:wieder|immer noch|noch immer|erneut|nach wie vor|noch nicht|nicht (?:gelost|geholfen|behoben|angekommen|funktioniert)|zum (?:zweiten|dritten|vierten) mal)\b/,
  /\b(?:encore une fois|toujours (?:pas|rien)|de nouveau|a nouveau|pas (?:resolu|regle|marche|recu))\b/,
  /\b(?:otra vez|de nuevo|todavia|aun no|sigue (?:sin|igual)|no (?:funciona|esta resuelto|ha llegado|me ayudo))\b/,
];

export function saysUnsolved(text: string): boolean {
  const said = fold(firstUnits(text, mostRead)).replaceAll(/['’]/g, '').replaceAll(greeting, '');
  return unsolved.some((pattern) => pattern.test(said));
}
