/**
 * Spans of time in plain text: how long ago the customer says something was, and the limits an article sets. Pure.
 *
 * With both, the knowledge agent notices by itself that a request is past a limit ("I bought it 45 days ago" against
 * "within 30 days") and reports the condition `outsideTimeLimit` to the handover rules (docs/rules.md H1).
 */
import { fold } from './words';

const unitDays: Record<string, number> = { day: 1, week: 7, fortnight: 14, month: 30, year: 365 };
const numberWords: Record<string, number> = {
  a: 1, an: 1, one: 1, two: 2, couple: 2, three: 3, few: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9,
  ten: 10, eleven: 11, twelve: 12, fourteen: 14, fifteen: 15, twenty: 20, thirty: 30, forty: 40, fifty: 50,
  sixty: 60, ninety: 90, hundred: 100, several: 3, half: 0.5,
}; // prettier-ignore
const number = `(\\d{1,4}|${Object.keys(numberWords).join('|')})`;
const span = `${number}(?: of| a| an)?[ -]?(?:full |whole |calendar |working |business )?(day|week|fortnight|month|year)s?`;

const past = new RegExp(`\\b${span}(?: \\w+){0,2} (?:ago|back|now|passed|past|later)\\b`, 'g');
const since = new RegExp(
  `\\b(?:been|after|waited|had (?:it|them|this|these) for) (?:about |around |over |almost )?${span}\\b`,
  'g',
);
const exceeded = new RegExp(
  `\\b(?:over|more than|longer than|past|beyond|after|outside) (?:the )?${span}\\b|\\b${span}(?: \\w+){0,2} (?:are over|is over|have passed|has passed|are up|is up|expired|have gone)`,
  'g',
);
const lastUnit = /\blast (week|month|year|spring|summer|autumn|fall|winter|christmas)\b/g;
const limit = new RegExp(
  `\\b(?:within|up to|until|lasts?) (?:the )?(?:first )?${span}\\b|\\b${span}(?: \\w+)? (?:return|refund|exchange|warranty|guarantee|window|period|policy|trial)`,
  'g',
);

function days(count: string | undefined, unit: string | undefined): number {
  return (numberWords[count ?? ''] ?? Number(count)) * (unitDays[unit ?? ''] ?? 0);
}

function longest(text: string, pattern: RegExp): number {
  let most = 0;
  for (const [, count, unit, otherCount, otherUnit] of text.matchAll(pattern)) {
    most = Math.max(most, days(count ?? otherCount, unit ?? otherUnit));
  }
  return most;
}

/** The longest time in days that the text says has gone by, 0 when it says none. */
export function daysGoneBy(text: string): number {
  const folded = fold(text);
  let most = Math.max(longest(folded, past), longest(folded, since));
  const over = longest(folded, exceeded);
  if (over > 0) most = Math.max(most, over + 1);
  for (const [, unit] of folded.matchAll(lastUnit)) most = Math.max(most, unitDays[unit ?? ''] ?? 90);
  return most;
}

/** The longest limit in days that the text sets, 0 when it sets none. */
export function limitInDays(text: string): number {
  return longest(fold(text), limit);
}
