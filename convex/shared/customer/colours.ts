/**
 * A team's own colour as the chat may use it (docs/goals.md A2): told apart from what it stands on in both themes, and with
 * words on it that can be read. Pure.
 */
export interface Shades {
  /** Behind words of its own, and around what has the focus: 3:1 to the page at least. */
  accent: string;
  /** On it: 4.5:1. */
  onAccent: string;
  soft: string;
  /** Words in that colour, on the page and on `soft`: 4.5:1. */
  text: string;
}
export const themes = ['light', 'dark'] as const;
export type Theme = (typeof themes)[number];
export type Colours = Record<Theme, Shades>;

/** What it is shown on (src/widget/styles/colours.css), and towards what it is moved until it can be told apart. */
export const grounds: Record<Theme, { surface: string; ink: string; pole: string }> = {
  light: { surface: '#ffffff', ink: '#161d21', pole: '#000000' },
  dark: { surface: '#14191c', ink: '#edf1f2', pole: '#ffffff' },
};
/** Ours. */
export const plainColours: Colours = {
  light: { accent: '#006b7f', onAccent: '#ffffff', soft: '#d4f0f5', text: '#005e70' },
  dark: { accent: '#4dc0d1', onAccent: '#051920', soft: '#113740', text: '#79d5e3' },
};

/** `#0af` and `#00AAFF` alike; null: no colour. */
export function readColour(typed: string): string | null {
  const [, digits] = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(typed.trim()) ?? [];
  if (digits === undefined) return null;
  const all = digits.length === 3 ? Array.from(digits, (digit) => digit + digit).join('') : digits;
  return `#${all.toLowerCase()}`;
}

export function coloursOf(colour: string): Colours {
  return { light: shades(colour, 'light'), dark: shades(colour, 'dark') };
}

/** In which themes it is not used as it is. */
export function correctedIn(colour: string): Theme[] {
  const colours = coloursOf(colour);
  return themes.filter((theme) => colours[theme].accent !== colour);
}

function shades(colour: string, theme: Theme): Shades {
  const { surface, pole } = grounds[theme];
  const accent = moved(colour, pole, (each) => contrast(each, surface) >= 3);
  const soft = mixed(surface, accent, 0.16);
  const text = moved(accent, pole, (each) => Math.min(contrast(each, surface), contrast(each, soft)) >= 4.5);
  // Where white cannot be read, black can.
  return { accent, soft, text, onAccent: contrast(accent, '#ffffff') >= 4.5 ? '#ffffff' : '#000000' };
}

const steps = 100;

/** No further than it has to. */
function moved(colour: string, pole: string, isEnough: (colour: string) => boolean): string {
  let now = colour;
  for (let step = 1; step <= steps && !isEnough(now); step++) now = mixed(colour, pole, step / steps);
  return now;
}

const partsOf = (colour: string) =>
  (colour.match(/[0-9a-f]{2}/g) ?? []).map((part) => Number.parseInt(part, 16));

function mixed(from: string, to: string, share: number): string {
  const other = partsOf(to);
  const parts = partsOf(from).map((part, at) => Math.round(part + (other[at]! - part) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** WCAG 2.2, "contrast ratio". */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = partsOf(colour).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
