import { describeKeys } from '../lib/keys';

/** One shortcut as key caps. Decorative: the names live in the command menu and the shortcut sheet. */
export function Kbd({ keys, tone = 'plain' }: { keys: string; tone?: 'plain' | 'onAccent' }) {
  const look = tone === 'plain' ? 'border-line bg-surface-2 text-ink-3' : 'border-current/40 text-current';
  return (
    <span aria-hidden className="inline-flex gap-0.5 pointer-coarse:hidden">
      {describeKeys(keys).map((cap, index) => (
        <kbd
          key={index}
          className={`min-w-4 rounded-sm border px-1 text-center font-sans text-2xs leading-4 ${look}`}
        >
          {cap}
        </kbd>
      ))}
    </span>
  );
}
