/** Tags as a team keeps them: their colours, and what becomes of one that is renamed (docs/rules.md T7). Pure. */
import { type Infer, v } from 'convex/values';
import { isLonger, isVisible } from '../kit/text';
import { maxTagLength, maxTags } from './tickets';

export const tagColours = ['rose', 'orange', 'green', 'blue', 'purple', 'grey'] as const;
export const vTagColour = v.union(
  v.literal('rose'),
  v.literal('orange'),
  v.literal('green'),
  v.literal('blue'),
  v.literal('purple'),
  v.literal('grey'),
);
export type TagColour = Infer<typeof vTagColour>;

/** Not what joins an emoji or Indic letters. */
const hidden = /[\p{Bidi_Control}\u00ad\u200b\u2060\ufeff]|(?!\s)\p{Cc}/gu;

/** Unique, in the order given. Two that read alike are one: nothing in them is hidden, but for those that are `known` so. */
export function cleanTags(tags: readonly string[], known: readonly string[] = []): string[] {
  const clean = (tag: string) => (known.includes(tag) ? tag : tag.replaceAll(hidden, '').trim());
  return [...new Set(tags.map(clean).filter(isVisible))];
}

/** With as many of these as a ticket takes; one that is too long is none. */
export function withTags(now: readonly string[], more: readonly string[]): string[] {
  const fit = cleanTags(more).filter((tag) => !isLonger(tag, maxTagLength));
  const all = [...new Set([...now, ...fit])];
  return all.slice(0, Math.max(maxTags, now.length));
}

/** Of one team. */
export const maxColoured = 1_000;

/** One that took another's name, or with `to` null, none. */
export interface TagChange {
  from: string;
  to: string | null;
}

/** What these are called by now: unique, in their order. Changes hang together: a name may have changed more than once. */
export function followed(tags: readonly string[], changes: readonly TagChange[]): string[] {
  const next = new Map(changes.map(({ from, to }) => [from, to]));
  const nameOf = (tag: string): string | null => {
    let name: string | null = tag;
    for (let left = changes.length; left > 0 && name !== null && next.has(name); left--)
      name = next.get(name)!;
    return name;
  };
  return [...new Set(tags.flatMap((tag) => nameOf(tag) ?? []))];
}
