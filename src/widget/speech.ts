/**
 * The language the chat speaks: English until another has come. Only what is spoken is fetched.
 *
 * A language is chosen by the channel, else by the page around, else by the browser (docs/widget.md).
 */
import {
  type Catalogue,
  counted,
  type CountedKey,
  filled,
  firstSpoken,
  type Language,
  localeOf,
  type SystemLines,
  type TextKey,
  type Values,
} from '../../convex/shared/customer/words/catalogue';
import { en } from '../../convex/shared/customer/words/en';
import { maxFileBytes } from '../../convex/shared/kit/limits';

let catalogue: Catalogue = en;
let lines: SystemLines | null = null;
let spoken: Language = 'en';
let formats = formatsOf(undefined);

interface Spoken {
  catalogue: Catalogue;
  /** Null: what the desk has said is of this language. */
  systemLines: SystemLines | null;
}

const fetched: Record<Language, () => Promise<Spoken>> = {
  en: () => Promise.resolve({ catalogue: en, systemLines: null }),
  de: async () => {
    const { de, systemLines } = await import('../../convex/shared/customer/words/de');
    return { catalogue: de, systemLines };
  },
};

/** `fallback`: where neither the page nor the browser speaks any of ours. */
export function languageFor(chosen: Language | 'auto', pageLanguage: string): Language {
  return chosen === 'auto' ? (firstSpoken([pageLanguage, ...navigator.languages]) ?? 'en') : chosen;
}

/** Stays with what it speaks where the texts do not come. */
export async function speak(language: Language): Promise<void> {
  const texts = await fetched[language]().catch(() => null);
  if (texts === null) return;
  ({ catalogue, systemLines: lines } = texts);
  spoken = language;
  formats = formatsOf(localeOf(language, navigator.languages));
}

export const systemLinesNow = (): SystemLines | null => lines;

export const languageNow = (): Language => spoken;

export const say = (key: TextKey, values: Values = {}): string => filled(catalogue[key], values);

export const sayCounted = (key: CountedKey, n: number, values?: Values): string =>
  counted(catalogue[key], formats.locale, n, values);

function formatsOf(tag: string | undefined) {
  const clock = new Intl.DateTimeFormat(tag, { timeStyle: 'short' });
  return {
    locale: clock.resolvedOptions().locale,
    clock,
    weekday: new Intl.DateTimeFormat(tag, { weekday: 'long' }),
    day: new Intl.DateTimeFormat(tag, { weekday: 'long', day: 'numeric', month: 'long' }),
    ahead: new Intl.RelativeTimeFormat(tag),
    list: new Intl.ListFormat(tag, { type: 'unit', style: 'short' }),
  };
}

export const clockOf = (at: number): string => formats.clock.format(at);
export const weekdayOf = (at: number): string => formats.weekday.format(at);
export const dateOf = (at: number): string => formats.day.format(at);
export const numberOf = (n: number): string => new Intl.NumberFormat(formats.locale).format(n);
export const listOf = (items: string[]): string => formats.list.format(items);

/** "in 9 minutes"; how long is not always known. */
export function waitOf(waitMs: number): string {
  if (!Number.isFinite(waitMs)) return say('inAFew');
  return waitMs < 60_000 ? say('inAMoment') : formats.ahead.format(Math.ceil(waitMs / 60_000), 'minute');
}

/** `1.4 MB`, `1,4 MB`. */
export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return inUnit(bytes, 'byte', 0);
  return bytes < 999_500 ? inUnit(bytes / 1_000, 'kilobyte', 0) : inUnit(bytes / 1_000_000, 'megabyte', 1);
}

/** Of one file. */
export const sizeLimit = (): string => inUnit(maxFileBytes / 1024 / 1024, 'megabyte', 0);

function inUnit(value: number, unit: string, maximumFractionDigits: number): string {
  // In full, for nobody reads "byte" as a sign.
  const unitDisplay = unit === 'byte' ? 'long' : 'short';
  const style = { style: 'unit' as const, unit, unitDisplay, maximumFractionDigits } as const;
  return new Intl.NumberFormat(formats.locale, style).format(value);
}
