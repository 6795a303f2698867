const statusColors = { online: 'bg-ok', busy: 'bg-bad', away: 'bg-warn', offline: 'bg-line-strong' };

/** Initials on a quiet ground: petrol for people, violet for machines. `status` adds the presence dot. */
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
    .map((word) => [...word][0]!.toUpperCase())
    .join('');
  const look = kind === 'agent' ? 'bg-ai-soft text-ai' : 'bg-accent-soft text-accent-text';
  return (
    <span aria-hidden className="relative inline-flex shrink-0" style={{ width: size, height: size }}>
      <span
        className={`flex size-full items-center justify-center rounded-full font-semibold ${look}`}
        style={{ fontSize: size * 0.4 }}
      >
        {kind === 'agent' ? '✦' : initials || '?'}
      </span>
      {status && (
        <span
          className={`absolute -right-0.5 -bottom-0.5 size-2.5 rounded-full border-2 border-surface ${statusColors[status]}`}
        />
      )}
    </span>
  );
}
