/**
 * How much of what a customer wrote an agent's rules and its search look at (docs/rules.md E4, H7). Pure.
 * It is judged inside a transaction, where everybody waits: what is longer is for a person to read.
 */
import { firstUnits } from '../kit/text';

/** Code units: about two pages. */
const mostJudged = 4_000;

export interface Judged {
  text: string;
  /** False when the end was left out. */
  isWhole: boolean;
}

/** Messages as one text. */
export function judgedPart(messages: readonly { text: string }[]): Judged {
  const text = messages.map((message) => message.text).join('\n');
  return { text: firstUnits(text, mostJudged), isWhole: text.length <= mostJudged };
}
