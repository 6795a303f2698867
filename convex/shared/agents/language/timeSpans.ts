/**
 * Times in plain text: how long ago the customer says something was, and the limits an article sets. Pure.
 *
 * With both, the knowledge agent notices by itself that a request is past a limit ("I bought it 45 days ago" against
 * "within 30 days") and reports the condition `outsideTimeLimit` to the handover rules (docs/rules.md H1).
 *
 * Dates and "… ago" are read by chrono, in English and German. What it does not read is here: time said to have gone by
 * without a date ("it has been 6 weeks"), and limits. A question how long something takes says nothing of either. Other
 * languages are read by otherTimes.ts, all of it: what chrono knows of them leaves out too much ("hace 45 días").
 */
import * as german from 'chrono-node/de';
import * as english from 'chrono-node/en';
import { firstUnits, oneLine } from '../../kit/text';
import { goneBy, limitOf } from './otherTimes';
import { fold } from './words';

const dayMs = 86_400_000;

/**
 * Code units read for dates: chrono takes 7 ms for the worst thousand. They begin a few words before the first word
 * that has to do with time.
 */
const mostUnits = 300;
const wordsBefore = 4;
const hasToDoWithTime =
  /\d|^(?:ago|back|yesterday|days?|weeks?|fortnights?|months?|years?|last|past|january|february|march|april|june|july|august|september|october|november|december|gestern|vorgestern|tage?n?|wochen?|monate?n?|jahre?n?|jahres|letzte[nrs]?|vorige[nrs]?|vergangene[nrs]?|januar|februar|maerz|marz|mai|juni|juli|oktober|dezember)\b/;

const unitDays: Record<string, number> = {
  day: 1, week: 7, fortnight: 14, month: 30, year: 365, tag: 1, woche: 7, monat: 30, jahr: 365,
}; // prettier-ignore
const numberWords: Record<string, number> = {
  a: 1, an: 1, one: 1, two: 2, couple: 2, three: 3, few: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9,
  ten: 10, eleven: 11, twelve: 12, fourteen: 14, fifteen: 15, twenty: 20, thirty: 30, forty: 40, fifty: 50,
  sixty: 60, ninety: 90, hundred: 100, several: 3, half: 0.5,
  ein: 1, eine: 1, einem: 1, einen: 1, einer: 1, zwei: 2, drei: 3, vier: 4, funf: 5, sechs: 6, sieben: 7, acht: 8,
  neun: 9, zehn: 10, zwolf: 12, vierzehn: 14, zwanzig: 20, dreißig: 30, sechzig: 60, neunzig: 90,
}; // prettier-ignore
const number = `(\\d{1,4}|${Object.keys(numberWords).join('|')})`;
const span = `${number}(?: of| a| an)?[ -]?(?:full |whole |calendar |working |business |volle |ganze )?(day|week|fortnight|month|year|tag|woche|monat|jahr)(?:s|e|n|en)?`;
const more = '(?:over|more than|longer than|mehr als|langer als|uber)';
const roughly = `(?:${more} |about |around |almost |ungefahr |etwa |fast |knapp |gut )`;

/** Said of the customer's own time, in a question too. */
const waited = new RegExp(
  `\\b(?:been|waited|waiting(?: for)?|had (?:it|them|this|these) for|seit|schon|bereits|warte) ${roughly}?${span}\\b`,
  'g',
);
const since = new RegExp(`\\b${span}(?:(?: \\w+){0,2} (?:back|passed|past|now|her)| (?:since|seit))\\b`, 'g');
const exceeded = new RegExp(
  `\\b(?:${more}|past|beyond|after|outside|nach) (?:the |den )?${span}\\b|\\b${span}(?: \\w+){0,2} (?:are over|is over|have passed|has passed|are up|is up|expired|have gone|abgelaufen|vorbei|vergangen)\\b`,
  'g',
);
const halves = new RegExp(
  `\\b(?:${number}(?: (?<one>day|week|month|year) and a half| and a half (?<some>day|week|month|year)s)|anderthalb (?<german>[jmtw]\\p{L}+)|(?:einem )?halben (?<half>jahr|monat))\\b`,
  'giu',
);
const lastSeason =
  /\b(?:last|letzte[nrs]?) (?:spring|summer|autumn|fall|winter|christmas|fruhling|sommer|herbst|weihnachten)\b/;
const seasonDays = 90;
const limit = new RegExp(
  `\\b(?:within|up to|until|lasts?|innerhalb von|innerhalb|binnen|bis zu) (?:the |der )?(?:first |ersten )?${span}\\b|\\b${span}(?: \\w+)? (?:return|refund|exchange|warranty|guarantee|window|period|policy|trial|ruckgabe|garantie|umtausch|frist|widerruf)`,
  'g',
);
const asksHowLong =
  /^(?:and |so |but |und )?(?:is|are|do|does|did|can|could|will|would|may|should|how|what|when|dauert|kann|konnen|ist|sind|wie|wann|darf)\b/;

/** In whole days until `now`, the longest time that a text of `saidAt` says has gone by; 0 when it says none. */
export function daysGoneBy(text: string, saidAt: number, now: number): number {
  const all = oneLine(text);
  const elsewhere = goneBy(all, saidAt, now);
  const line = aroundTimes(inDays(all));
  if (line === '') return elsewhere.days;
  const spans = daysSaid(fold(line));
  const whole = Math.floor((now - saidAt) / dayMs);
  // English takes 01/05 for January, German does not.
  const dates = daysSinceDates(line, elsewhere.isDayFirst ? [german] : [english, german], saidAt, now);
  const month = daysSinceMonth(fold(line), saidAt, now);
  return Math.max(elsewhere.days, dates, month, spans > 0 ? spans + whole : 0);
}

/** The longest limit in days that the text sets, 0 when it sets none. */
export function limitInDays(text: string): number {
  return Math.max(longest(fold(text), limit), limitOf(text));
}

/** The part of a line that may tell a time; empty when none does. */
function aroundTimes(line: string): string {
  const words = line.split(' ');
  const first = words.findIndex((word) => hasToDoWithTime.test(fold(word)));
  if (first < 0) return '';
  return firstUnits(words.slice(Math.max(0, first - wordsBefore), first + mostUnits).join(' '), mostUnits);
}

/** "A month and a half" as days: chrono takes it for half of one, or for nothing. */
function inDays(line: string): string {
  return line.replace(halves, (all: string, count: string | undefined, ...rest: unknown[]) => {
    const { one, some, german, half } = rest.at(-1) as Record<string, string | undefined>;
    const name = fold(one ?? some ?? german ?? half!);
    const unit = Object.keys(unitDays).find((each) => name.startsWith(each));
    if (unit === undefined) return all;
    const whole = half === undefined ? (numberWords[fold(count ?? 'one')] ?? Number(count)) : 0;
    return `${Math.floor((whole + 0.5) * unitDays[unit]!)} ${count === undefined ? 'Tagen' : 'days'}`;
  });
}

/** Since the earliest date before `saidAt`. More than so long ago is a day more. */
function daysSinceDates(
  line: string,
  languages: Pick<typeof english, 'casual'>[],
  saidAt: number,
  now: number,
): number {
  const plain = line.replace(qualifiers, '$1 ');
  const reference = { instant: new Date(saidAt), timezone: 0 };
  const isOfThePast = bought.test(fold(line));
  const found = languages.flatMap(({ casual }) => casual.parse(plain, reference).filter(isDay));
  const days = found.map(({ start }) => {
    const inYear = (year: number) => Date.UTC(year, start.get('month')! - 1, start.get('day')!);
    const year = start.get('year')!;
    const lastOne =
      inYear(year) > saidAt && isOfThePast && !start.isCertain('year') ? inYear(year - 1) : inYear(year);
    return lastOne > saidAt ? 0 : Math.floor(now / dayMs) - lastOne / dayMs;
  });
  const most = Math.max(0, ...days);
  return most > 0 && agoAndMore.test(fold(line)) ? most + 1 : most;
}

/** chrono wants the number right after "vor", and knows no "about" in German. */
const qualifiers = /\b(vor)\s+(?:mehr als|über|ungefähr|etwa|fast|knapp|gut|circa|ca\.?)\s+/gi;
const agoAndMore = new RegExp(`\\b${more} ${span} ago\\b|\\bvor ${more} ${span}\\b`);

/** "on 15 January" is the next one to chrono. */
const bought =
  /\b(?:bought|ordered|purchased|received|got|arrived|delivered|gekauft|bestellt|bekommen|erhalten|geliefert)\b/;

const months =
  'jan feb mar apr may jun jul aug sep oct nov dec jan feb mar apr mai jun jul aug sep okt nov dez'.split(
    ' ',
  );
/** A bare name of a month may be another word. */
const inMonth =
  /\b(?:in|im|early|late|mid|during|of|last|anfang|ende|mitte|letzten) (?<month>january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|marz|mai|juni|juli|oktober|dezember)\b(?! \d{1,2}\b)(?: (?<year>\d{4})\b)?/;

/** A day of the calendar: no time of day, no "24/7", no bare name of a day or month, which are other words too often. */
function isDay(result: english.ParsedResult): boolean {
  const { text, start } = result;
  if (start.isCertain('day') && start.isCertain('month'))
    return start.isCertain('year') || /\p{L}/u.test(text);
  if (start.isCertain('weekday') && /^(?:last|past|letzte|vorige|vergangene)/i.test(text)) return true;
  return result.tags().has('result/relativeDate');
}

/** Since the end of the month in which something was bought; the last one of that name where no year is said. */
function daysSinceMonth(folded: string, saidAt: number, now: number): number {
  const clause = folded.split(/[,;:.!?]\s/).find((each) => bought.test(each) && inMonth.test(each)) ?? '';
  const { month, year } = inMonth.exec(clause)?.groups ?? {};
  if (month === undefined) return 0;
  const index = months.findIndex((each) => month.startsWith(each)) % 12;
  const said = new Date(saidAt);
  const lastOne = said.getUTCFullYear() - (index > said.getUTCMonth() ? 1 : 0);
  const end = Date.UTC(Number(year ?? lastOne), index + 1, 0);
  return Math.max(0, Math.floor(now / dayMs) - end / dayMs);
}

/** Time that is said to have gone by, without a date. */
function daysSaid(folded: string): number {
  let most = Math.max(longest(folded, waited), lastSeason.test(folded) ? seasonDays : 0);
  for (const clause of folded.split(/[,;.!]\s|(?<=\?)/)) {
    if (clause.endsWith('?') || asksHowLong.test(clause.trim())) continue;
    const over = longest(clause, exceeded);
    most = Math.max(most, longest(clause, since), over > 0 ? over + 1 : 0);
  }
  return most;
}

function longest(text: string, pattern: RegExp): number {
  let most = 0;
  for (const [, count, unit, otherCount, otherUnit] of text.matchAll(pattern)) {
    most = Math.max(most, days(count ?? otherCount, unit ?? otherUnit));
  }
  return most;
}

function days(count: string | undefined, unit: string | undefined): number {
  return (numberWords[count ?? ''] ?? Number(count)) * (unitDays[unit ?? ''] ?? 0);
}
