/** What a need is, in one line: on the page, in the title of a tab, in a mail. Holds no word of a customer's. Pure. */
import type { NeedKind } from './needs';

/** `by`: whose doing, where it was somebody's. */
export function needWords(
  { kind, number }: { kind: NeedKind; number: number },
  by: string | undefined,
): string {
  switch (kind) {
    case 'assigned':
      return by === undefined ? `New for you: #${number}` : `${by} gave you #${number}`;
    case 'replied':
      return `The customer wrote in #${number}`;
    case 'mention':
      return `${by ?? 'Somebody'} mentions you in #${number}`;
    case 'taken':
      return by === undefined ? `#${number} was taken back from you` : `${by} took #${number} over from you`;
    case 'outside':
      return `Somebody besides the customer wrote in #${number}`;
    case 'cameBack':
      return `What was forwarded in #${number} did not arrive`;
    case 'near':
      return `#${number} is due soon`;
    case 'help':
      return `${by ?? 'Somebody'} asks for your help in #${number}`;
    case 'woke':
      return `#${number} is back from its snooze`;
  }
}
