/**
 * Times in plain text in languages besides English and German (timeSpans.ts): what has gone by, and the limits an article sets.
 * Pure.
 *
 * A span ("3 weeks") is found by its number and its unit; what stands right before and after it says whether it has gone by
 * ("il y a …", "… geleden"), is a limit ("dans les …", "…以内") or neither. Each place of a text is looked at once a language,
 * with so many characters around it (E4).
 */
import { firstUnits } from '../../kit/text';
import * as languages from './times';
import { fold } from './words';

const dayMs = 86_400_000;
/** Code units of a message that are read. */
const mostRead = 2_000;
const around = '.{0,32}';
const unitDays = [1, 7, 30, 365];

interface Reader {
  numbers: Record<string, number>;
  span: RegExp;
  goneBefore: RegExp;
  goneAfter: RegExp;
  overAfter: RegExp;
  more: RegExp;
  limitBefore: RegExp;
  limitAfter: RegExp;
  said: [pattern: RegExp, days: number][];
  /** Day, month, year, which may be left out. */
  date: RegExp;
  monthOf: (name: string) => number;
  bought: RegExp;
}

const readers: Reader[] = Object.values(languages).map(readerOf);

export interface Gone {
  days: number;
  /** In a language that writes the day of a date before its month. */
  isDayFirst: boolean;
}

/** In whole days until `now`, the longest time that a text of `saidAt` says has gone by; 0 when it says none. */
export function goneBy(text: string, saidAt: number, now: number): Gone {
  const line = plain(firstUnits(text, mostRead));
  const whole = Math.floor((now - saidAt) / dayMs);
  let most = 0;
  let isDayFirst = false;
  for (const reader of readers) {
    const said = Math.max(daysSaid(line, reader), longest(line, reader, isGone));
    const isOfThePast = reader.bought.test(line);
    isDayFirst ||= isOfThePast;
    const dated = daysSinceDates(line, reader, { saidAt, now, isOfThePast });
    most = Math.max(most, dated, said > 0 ? said + whole : 0);
  }
  return { days: most, isDayFirst };
}

/** The longest limit in days that the text sets, 0 when it sets none. */
export function limitOf(text: string): number {
  const all = plain(text);
  return Math.max(...readers.map((reader) => longest(all, reader, isLimit)));
}

/** Folded, with what folding took apart put together again, and wide digits as any. */
function plain(text: string): string {
  return fold(text).normalize('NFKC');
}

type Judge = (reader: Reader, before: string, after: string) => boolean;

const isGone: Judge = ({ goneBefore, goneAfter, overAfter }, before, after) =>
  goneBefore.test(before) || goneAfter.test(after) || overAfter.test(after);
const isLimit: Judge = ({ limitBefore, limitAfter }, before, after) =>
  limitBefore.test(before) || limitAfter.test(after);

function longest(text: string, reader: Reader, judge: Judge): number {
  let most = 0;
  for (const [, before = '', number = '', ...rest] of text.matchAll(reader.span)) {
    const after = rest.at(-1) ?? '';
    if (!judge(reader, before, after)) continue;
    const unit = unitDays[rest.findIndex((each) => each !== undefined)]!;
    const days = (reader.numbers[number] ?? Number(number)) * unit;
    const isMore = judge === isGone && (reader.more.test(before) || reader.overAfter.test(after));
    most = Math.max(most, isMore ? days + 1 : days);
  }
  return most;
}

function daysSaid(line: string, { said }: Reader): number {
  return Math.max(0, ...said.map(([pattern, days]) => (pattern.test(line) ? days : 0)));
}

/** Since the earliest date before `saidAt`; without a year, the last one before if something was bought then. */
function daysSinceDates(
  line: string,
  { date, monthOf }: Reader,
  { saidAt, now, isOfThePast }: { saidAt: number; now: number; isOfThePast: boolean },
): number {
  let most = 0;
  for (const { groups = {} } of line.matchAll(date)) {
    const inYear = (year: number) => Date.UTC(year, monthOf(groups.month!) - 1, Number(groups.day));
    const thisYear = new Date(saidAt).getUTCFullYear();
    const isLastYears = groups.year === undefined && isOfThePast && inYear(thisYear) > saidAt;
    const day = inYear(isLastYears ? thisYear - 1 : Number(groups.year ?? thisYear));
    if (day <= saidAt) most = Math.max(most, Math.floor(now / dayMs) - day / dayMs);
  }
  return most;
}

function readerOf(times: languages.Times): Reader {
  const [start, end] = times.unspaced
    ? ['(?<![\\d月年월년])', '']
    : ['(?<![\\p{L}\\p{N}])', '(?![\\p{L}\\p{N}])'];
  const space = times.unspaced ? '\\s?' : ' ';
  const gap = times.unspaced ? '\\s?' : '[ -]';
  const numbers = Object.fromEntries(
    times.numbers.split(' ').map((each) => {
      const [word, value] = each.split(':') as [string, string];
      return [plain(word), Number(value)];
    }),
  );
  const number = `(?:\\d{1,4}|${Object.keys(numbers).join('|')})`;
  const units = Object.values(times.units).map((each) => `(${plain(each)})`);
  const filler = `(?:${space}(?:${plain(times.roughly)}|${plain(times.more)}))*`;
  /** Right before the number. */
  const before = (words: string, between = filler) =>
    pattern(`${times.unspaced ? '' : start}(?:${plain(words)})${between}${times.unspaced ? '\\s?' : ' '}$`);
  const after = (words: string, last: string) =>
    pattern(`^${times.unspaced ? '' : '(?: [^ ]+)?'}${space}(?:${plain(words)})${last}`);
  const months = plain(times.months).split(' ');
  return {
    numbers,
    span: pattern(
      `${start}(?=${number})(?<=(${around}))(${number})${gap}(?:${units.join('|')})${end}(?=(${around}))`,
      'g',
    ),
    goneBefore: before(times.goneBefore),
    goneAfter: after(times.goneAfter, end),
    overAfter: after(times.overAfter, end),
    more: before(times.more, ''),
    limitBefore: before(times.limitBefore),
    limitAfter: after(times.limitAfter, ''),
    said: Object.entries(times.said).map(([days, words]) => [
      pattern(`${times.unspaced ? '' : start}(?:${plain(words)})${end}`),
      Number(days),
    ]),
    date: pattern(
      times.months === ''
        ? '(?:(?<year>\\d{4})[年년]\\s?)?(?<month>\\d{1,2})[月월]\\s?(?<day>\\d{1,2})[日일]'
        : `${start}(?<day>\\d{1,2})(?:er|[.ºª]|-?го)? (?:de |den )?(?<month>${months.join('|')})\\.?(?: (?:de |del )?(?<year>\\d{4}))?${end}`,
      'g',
    ),
    monthOf: (name) =>
      times.months === '' ? Number(name) : 1 + months.findIndex((each) => each.split('|').includes(name)),
    bought: pattern(`${times.unspaced ? '' : start}(?:${plain(times.bought)})${end}`),
  };
}

function pattern(source: string, flags = ''): RegExp {
  return new RegExp(source, `${flags}u`);
}
