/** The subject of a thread: programs tell threads by it, so it stays as the customer wrote it (docs/rules.md M3). Pure. */
import { firstUnits, oneLine } from '../kit/text';

/** "Re:" as programs write it in other languages, with their counters (`Re[2]:`, `AW (3):`). */
const answers =
  /^(?:re|aw|antw|sv|vs|rv|rif|ref|res|odp|ynt|回复|回覆|答复|返信|회신)\s?(?:[[(]\d{1,3}[\])])?\s?[:：]\s*/i;
/** Room for the name of the header and a prefix on its line. */
const mostUnits = 230;

/** `Re: ` and what they wrote, whatever was put in front of it on the way. */
export function subjectForReply(subject: string): string {
  let rest = oneLine(
    firstUnits(subject, 2_000)
      .replace(/\p{Cc}/gu, ' ')
      .toWellFormed(),
  );
  for (let found = answers.exec(rest); found !== null; found = answers.exec(rest))
    rest = rest.replace(answers, '');
  return `Re: ${firstUnits(rest, mostUnits)}`.trim();
}

/**
 * The ticket a subject names first, as people write it (`[#1234]`): later ones may be quoted. Counts only together with its
 * sender. The desk writes none: a subject stays the customer's.
 */
export function tagOfSubject(subject: string): number | null {
  const number = /\[#(\d{1,9})\]/.exec(firstUnits(subject, 2_000))?.[1];
  return number === undefined ? null : Number(number);
}
