import { firstCharacters } from '../../convex/shared/kit/text';

const statusColors = { online: 'bg-ok', busy: 'bg-bad', away: 'bg-warn', offline: 'bg-line-strong' };

/** None is near the violet of machines. */
const hues = [15, 55, 90, 130, 165, 210, 240, 350];

function hueOf(name: string) {
  let sum = 0;
  for (let at = 0; at < name.length; at++) sum += name.charCodeAt(at) * (at + 1);
  return hues[sum % hues.length];
}

/** Initials on a quiet ground: of its own for each name, violet for machines. `status` adds the presence dot. */
export function Avatar(props: {
  name: string;
  kind?: 'person' | 'agent';
  size?: number;
  status?: keyof typeof statusColors;
}) {
  const { name, kind = 'person', size = 24, status } = props;
  const initials = name
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => firstCharacters(word, 1).toUpperCase())
    .join('');
  const isAgent = kind === 'agent';
  return (
    <span aria-hidden className="relative inline-flex shrink-0" style={{ width: size, height: size }}>
      <span
        className={`flex size-full items-center justify-center rounded-full font-semibold ${isAgent ? 'bg-ai-soft text-ai' : 'hued'}`}
        style={{ fontSize: size * 0.4, ...(!isAgent && { '--hue': hueOf(name) }) }}
      >
        {isAgent ? '✦' : initials || '?'}
      </span>
      {status && (
        <span
          className={`absolute -right-0.5 -bottom-0.5 size-2.5 rounded-full border-2 border-surface ${statusColors[status]}`}
        />
      )}
    </span>
  );
}
