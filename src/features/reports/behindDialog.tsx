import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { type Behind, type BehindKind, type By, type Days, useBehind } from '../../convex/reports';
import { Dialog } from '../../ui/dialog';
import { codeWord, formatSpan } from './figureWords';

export interface Opened {
  title: string;
  kind: BehindKind;
  by: By;
  of: string;
}

interface Props {
  opened: Opened | null;
  days: Days;
  timeZone: string;
  onClose: () => void;
}

/** [B4] The tickets behind a number. */
export function BehindDialog({ opened, days, timeZone, onClose }: Props) {
  const [last, setLast] = useState(opened);
  if (opened !== null && opened !== last) setLast(opened);
  const asked = opened && { kind: opened.kind, by: opened.by, of: opened.of, ...days };
  const behind = useBehind(asked);
  const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  return (
    <Dialog
      open={opened !== null}
      onOpenChange={(open) => !open && onClose()}
      title={last?.title ?? ''}
      {...(behind?.hasMore && {
        description: `The newest ${behind.rows.length}; there may be older ones.`,
      })}
    >
      <ol aria-label="What it counts" aria-busy={behind === undefined} className="text-sm">
        {behind?.rows.map((each, index) => (
          // Several may have happened in one instant.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index} className="flex items-baseline gap-3 border-b border-line py-1.5">
            <BehindRow behind={each} at={clock.format(each.at)} />
          </li>
        ))}
        {behind?.rows.length === 0 && (
          <li className="text-ink-3">
            {behind.hasMore ? 'None among the newest 4,000.' : 'Nothing any more.'}
          </li>
        )}
      </ol>
    </Dialog>
  );
}

function BehindRow({ behind: { number, ms, code }, at }: { behind: Behind; at: string }) {
  return (
    <>
      {number === null ? (
        <span className="text-ink-3">No ticket then</span>
      ) : (
        <Link
          to="/inbox/$view/$number"
          params={{ view: 'all', number: String(number) }}
          className="text-accent-text underline"
        >
          #{number}
        </Link>
      )}
      <time className="flex-1 text-ink-3 tabular-nums">{at}</time>
      {code !== null && <span className="text-ink-2">{codeWord(code)}</span>}
      {ms !== null && <span className="tabular-nums">{formatSpan(ms)}</span>}
    </>
  );
}
