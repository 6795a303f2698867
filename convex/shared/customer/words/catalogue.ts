/**
 * The texts that a customer reads in the desk's own name: of the chat, its launcher, and what is mailed from it. One file a
 * language, each with every text (catalogue.test.ts); texts have places in braces, and forms where something is counted. Pure.
 */
import type { en } from './en';

/** `auto`: of the page around, else of the browser. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

export const languageNames: Record<Language, string> = { en: 'English', de: 'German' };

/** What `Intl.PluralRules` may ask for in that language; `other` is always there. */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;
type Keys<Kind> = {
  [Key in keyof typeof en]: (typeof en)[Key] extends string
    ? Kind extends string
      ? Key
      : never
    : Kind extends string
      ? never
      : Key;
}[keyof typeof en];
export type TextKey = Keys<string>;
export type CountedKey = Keys<Forms>;
export type Catalogue = Record<TextKey, string> & Record<CountedKey, Forms>;

/** The desk's fixed lines in a thread, for a chat that speaks another language than they were said in. */
export type SystemLines = Record<
  | 'personJoined'
  | 'somebodyJoined'
  | 'agentIsBack'
  | 'assistantIsBack'
  | 'waiting'
  | 'handedOver'
  | 'nobodyHere',
  string
>;

export type Values = Readonly<Record<string, string>>;

/** With its places filled: `{name}`. */
export const filled = (text: string, values: Values): string =>
  text.replaceAll(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);

/** In the form of that number, which `{n}` stands for. */
export function counted(forms: Forms, locale: string, n: number, values: Values = {}): string {
  const form = forms[new Intl.PluralRules(locale).select(n)] ?? forms.other;
  return filled(form, { n: new Intl.NumberFormat(locale).format(n), ...values });
}

const isLanguage = (tag: string): tag is Language => (languages as readonly string[]).includes(tag);

/** The first of these that there are texts in, by the part before the region; null: none. */
export function firstSpoken(tags: readonly (string | undefined)[]): Language | null {
  for (const tag of tags) {
    const language = tag?.toLowerCase().split('-')[0] ?? '';
    if (isLanguage(language)) return language;
  }
  return null;
}

/** As this person writes dates and numbers in that language: with the region of their browser where it is of it. */
export function localeOf(language: Language, tags: readonly string[]): string {
  return tags.find((tag) => firstSpoken([tag]) === language && isTag(tag)) ?? language;
}

/** Browsers say things like `en-US@posix`, which their own formats refuse. */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

const fromRight = new Set([
  'ar',
  'arc',
  'ckb',
  'dv',
  'fa',
  'he',
  'iw',
  'ks',
  'nqo',
  'ps',
  'sd',
  'syr',
  'ug',
  'ur',
  'yi',
]);
/** Scripts that a tag may name: Azerbaijani is written in three. */
const fromRightScripts = /-(?:arab|hebr|syrc|thaa|nkoo|adlm|rohg)\b/i;

export function directionOf(tag: string): 'ltr' | 'rtl' {
  if (fromRightScripts.test(tag)) return 'rtl';
  const isLatin = /-(?:latn|cyrl)\b/i.test(tag);
  return !isLatin && fromRight.has(tag.toLowerCase().split('-')[0]!) ? 'rtl' : 'ltr';
}
