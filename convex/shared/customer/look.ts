/** How a chat looks on the team's pages, and in what language it speaks: a setting of its channel. */
import { type Infer, v } from 'convex/values';
import { hidesCharacters } from '../kit/lookalikes';
import { isLonger, isVisible } from '../kit/text';
import { coloursOf, readColour, type Shades } from './colours';
import { catalogues } from './words/all';
import { type Language, languages } from './words/catalogue';

export const vLanguage = v.union(...languages.map((language) => v.literal(language)));

export const vLook = v.object({
  /** What the chat is called where nobody in particular speaks; absent: as the team is. */
  name: v.optional(v.string()),
  /** `#rrggbb`. */
  colour: v.optional(v.string()),
  /** In place of our own words, by language. */
  greetings: v.optional(v.object({ en: v.optional(v.string()), de: v.optional(v.string()) })),
  /** Absent: of the page around, else of the browser. */
  language: v.optional(vLanguage),
  /** Absent: where a line ends, which is right, and left on pages that are written from right to left. */
  side: v.optional(v.union(v.literal('left'), v.literal('right'))),
  /** From that side and from below, in px. */
  offsetX: v.optional(v.number()),
  offsetY: v.optional(v.number()),
});
export type Look = Infer<typeof vLook>;

export const plainOffset = 20;
const mostOffset = 400;
export const maxNameLength = 60;
export const maxGreetingLength = 300;

/** As it is kept: what is as usual is left out. Or why it cannot be. */
export function checkedLook({
  name,
  colour,
  greetings,
  language,
  side,
  offsetX,
  offsetY,
}: Look): Look | { fault: string } {
  const read = colour === undefined || colour.trim() === '' ? undefined : readColour(colour);
  if (read === null) return { fault: 'A colour is written like #0a7f5a.' };
  const offsets = { offsetX: offsetX ?? plainOffset, offsetY: offsetY ?? plainOffset };
  for (const offset of Object.values(offsets)) {
    if (!Number.isInteger(offset) || offset < 0 || offset > mostOffset)
      return { fault: `The distance from the edge is 0 to ${mostOffset} pixels.` };
  }
  const texts = [
    { what: 'The name of the chat', text: name, most: maxNameLength },
    // A greeting may have lines of its own: Enter begins one where it is written.
    { what: 'The greeting', text: greetings?.en, most: maxGreetingLength, isText: true },
    { what: 'The greeting', text: greetings?.de, most: maxGreetingLength, isText: true },
  ];
  for (const { what, text = '', most, isText } of texts) {
    const seen = isText ? text.replaceAll(/\r?\n/g, ' ') : text;
    if (isLonger(text, most) || hidesCharacters(seen))
      return { fault: `${what} has at most ${most} characters, none of them hidden.` };
  }
  const [title, english, german] = texts.map(({ text = '' }) => (isVisible(text) ? text.trim() : undefined));
  const greets = {
    ...(english !== undefined && { en: english }),
    ...(german !== undefined && { de: german }),
  };
  return {
    ...(title !== undefined && { name: title }),
    ...(read !== undefined && { colour: read }),
    ...(Object.keys(greets).length > 0 && { greetings: greets }),
    ...(language !== undefined && { language }),
    ...(side !== undefined && { side }),
    ...(offsets.offsetX !== plainOffset && { offsetX: offsets.offsetX }),
    ...(offsets.offsetY !== plainOffset && { offsetY: offsets.offsetY }),
  };
}

/** What the chat in its frame is drawn by. */
export interface FrameLook {
  /** The colours, as a style sheet. Empty: our own. */
  css: string;
  language: Language | 'auto';
  name: string | null;
  greetings: Partial<Record<Language, string>>;
}

export function frameLook({ colour, language, name, greetings = {} }: Look): FrameLook {
  const css = colour === undefined ? '' : sheet(colour, ':root', frameNames);
  return { css, language: language ?? 'auto', name: name ?? null, greetings };
}

/** What stands on the page itself: the style of the launcher, and what it is called by the language of the page. */
export interface LauncherLook {
  css: string;
  /** '': in any other. */
  words: Record<string, string>;
}

const called = Object.fromEntries(
  languages.map((language) => [language, catalogues[language].open]),
) as Record<Language, string>;

export function launcherLook(look: Look): LauncherLook {
  const { colour, language } = look;
  const css = (colour === undefined ? '' : sheet(colour, ':host', launcherNames)) + placeCss(look);
  return { css, words: language === undefined ? { '': called.en, ...called } : { '': called[language] } };
}

type Names = Partial<Record<keyof Shades, string>>;
const frameNames: Names = {
  accent: '--accent',
  onAccent: '--on-accent',
  soft: '--accent-soft',
  text: '--accent-text',
};
const launcherNames: Names = { accent: '--a', onAccent: '--b' };

/** Made of checked parts alone: nothing that somebody typed stands in it. */
function sheet(colour: string, where: string, names: Names): string {
  const { light, dark } = coloursOf(colour);
  const rule = (shades: Shades) =>
    `${where}{${Object.entries(names)
      .map(([shade, name]) => `${name}:${shades[shade as keyof Shades]}`)
      .join(';')}}`;
  return `${rule(light)}@media(prefers-color-scheme:dark){${rule(dark)}}`;
}

/** Over what the loader has by itself (src/widget/loader.ts): a phone's chat fills the page, wherever the launcher is. */
function placeCss({ side, offsetX: x = plainOffset, offsetY: y = plainOffset }: Look): string {
  if (side === undefined && x === plainOffset && y === plainOffset) return '';
  const at = (px: number) =>
    side === undefined ? `inset-inline-end:${px}px` : `inset-inline:auto;${side}:${px}px`;
  const height = `height:min(680px,100vh - ${y + 88}px)`;
  const frame = `iframe{${at(x)};bottom:${y + 68}px;width:min(400px,100vw - ${x + plainOffset}px);${height}}`;
  const label = side === 'left' ? 'button:after{inset-inline:auto!important;left:68px}' : '';
  return `button{${at(x)};bottom:${y}px}${label}@media(min-width:481px){${frame}}`;
}
