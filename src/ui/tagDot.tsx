import type { TagColour } from '../../convex/shared/tickets/tags';

const grounds: Record<TagColour, string> = {
  rose: 'bg-tag-rose',
  orange: 'bg-tag-orange',
  green: 'bg-tag-green',
  blue: 'bg-tag-blue',
  purple: 'bg-tag-purple',
  grey: 'bg-tag-grey',
};

/** A tag's colour beside its name, which says it to whoever sees none. */
export function TagDot({ colour }: { colour: TagColour | undefined }) {
  if (colour === undefined) return null;
  return (
    <span
      aria-hidden
      className={`size-2 shrink-0 rounded-full forced-color-adjust-none ${grounds[colour]}`}
    />
  );
}
