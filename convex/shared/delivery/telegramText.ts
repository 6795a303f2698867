/** A long text as Telegram takes it: at most 4,096 code units a message (core.telegram.org/bots/api, sendMessage). Pure. */
import { between, firstUnits } from '../kit/text';

const maxTelegramText = 4_096;
export const maxTelegramCaption = 1_024;

/** In order. Cut between paragraphs, else lines, else words, else whole characters; nothing but the space between is left out. */
export function textParts(text: string, most = maxTelegramText): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > most) {
    const at = cutAt(rest, most);
    parts.push(between(rest, 0, at).trimEnd());
    rest = between(rest, at, rest.length).trim();
  }
  return rest === '' ? parts : [...parts, rest];
}

function cutAt(text: string, most: number): number {
  const beginning = firstUnits(text, most);
  for (const border of ['\n\n', '\n', ' ']) {
    const at = beginning.lastIndexOf(border);
    // A border near the start would make many small parts of it.
    if (at > most / 2) return at;
  }
  return beginning.length;
}
