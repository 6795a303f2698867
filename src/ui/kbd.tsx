import { describeKeys, sayKeys } from '../lib/keys';

interface Props {
  keys: string;
  tone?: 'plain' | 'onAccent';
  /** Read out as well: where the key is what one looks for. Elsewhere it is decoration. */
  isSpoken?: boolean;
}

/** One shortcut as key caps. */
export function Kbd({ keys, tone = 'plain', isSpoken = false }: Props) {
  const look = tone === 'plain' ? 'border-line bg-surface-2 text-ink-3' : 'border-current/40 text-current';
  return (
    <>
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
      {isSpoken && <span className="sr-only">{sayKeys(keys)}</span>}
    </>
  );
}
