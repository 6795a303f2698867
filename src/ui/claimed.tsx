import { BadgeQuestionMark } from 'lucide-react';

const words = 'The customer says so. Nobody has checked it.';

/** [M9] Beside a name or an address that only the customer says is theirs; a sign where there is no room for the word. */
export function Claimed({ isShort = false, what = '' }: { isShort?: boolean; what?: 'name' | '' }) {
  if (isShort) {
    return (
      <span title={`Claimed. ${words}`} className="shrink-0 text-ink-3">
        <BadgeQuestionMark size={13} aria-hidden />
        <span className="sr-only">claimed</span>
      </span>
    );
  }
  return (
    <span title={words} className="shrink-0 rounded-sm bg-surface-2 px-1 text-xs font-normal text-ink-3">
      {what && `${what} `}claimed
    </span>
  );
}
