import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { type Behind, type BehindKind, type By, type Days, useBehind } from '../../convex/reports';
import { useTicketRow } from '../../convex/ticketLists';
import { useRowWindow } from '../../lib/useRowWindow';
import { Button } from '../../ui/button';
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

/** A number that opens what it counts is told from one that does not before the pointer is there. */
export const opensLook =
  'rounded-sm underline decoration-line-strong decoration-dotted decoration-1 underline-offset-4 hover:text-accent-text hover:decoration-solid';

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
      {behind?.rows.length === 0 ? (
        <p className="text-sm text-ink-3">
          {behind.hasMore ? 'None among the newest 4,000.' : 'Nothing any more.'}
        </p>
      ) : (
        <Rows key={JSON.stringify(asked)} rows={behind?.rows} at={(instant) => clock.format(instant)} />
      )}
      <div className="mt-4 flex justify-end">
        <Button size="medium" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}

const rowHeight = 52;

interface RowsProps {
  /** Undefined: not there yet. */
  rows: readonly Behind[] | undefined;
  at: (instant: number) => string;
}

/** What each ticket is about is asked for near the screen only: of two hundred nobody reads all. */
function Rows({ rows = [], at }: RowsProps) {
  const { ref, onScroll, first, end } = useRowWindow(rows.length, rowHeight);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it is moved by keys as well
    <div
      ref={ref}
      role="region"
      aria-label="What it counts"
      tabIndex={0}
      onScroll={onScroll}
      className="-mx-2 max-h-[60vh] overflow-y-auto"
    >
      <ol
        className="box-border text-sm"
        style={{ height: rows.length * rowHeight, paddingTop: first * rowHeight }}
      >
        {rows.slice(first, end).map((each, index) => (
          <li
            // Several may have happened in one instant.
            // oxlint-disable-next-line react/no-array-index-key
            key={first + index}
            aria-setsize={rows.length}
            aria-posinset={first + index + 1}
            style={{ height: rowHeight }}
            className="border-b border-line"
          >
            <BehindRow behind={each} at={at(each.at)} />
          </li>
        ))}
      </ol>
    </div>
  );
}

const line = 'flex h-full flex-col justify-center gap-0.5 rounded-md px-2';

function BehindRow({ behind: { number, about, ms, code }, at }: { behind: Behind; at: string }) {
  const rest = (
    <>
      {code !== null && <span className="shrink-0 text-ink-2">{codeWord(code)}</span>}
      {ms !== null && <span className="shrink-0 tabular-nums">{formatSpan(ms)}</span>}
    </>
  );
  if (number !== null) return <TicketLink number={number} at={at} rest={rest} />;
  return (
    <div className={line}>
      <span className="flex gap-3">
        <bdi className="min-w-0 flex-1 truncate">{about}</bdi>
        {rest}
      </span>
      <span className="flex gap-3 text-xs text-ink-3">
        <span className="min-w-0 flex-1">No ticket</span>
        <time className="shrink-0 tabular-nums">{at}</time>
      </span>
    </div>
  );
}

function TicketLink({ number, at, rest }: { number: number; at: string; rest: ReactNode }) {
  const row = useTicketRow(number, 0);
  return (
    <Link
      to="/inbox/$view/$number"
      params={{ view: 'all', number: String(number) }}
      className={`${line} -outline-offset-2 hover:bg-hover`}
    >
      <span className="flex gap-3">
        <span className="min-w-0 flex-1 truncate">
          <span className="text-accent-text">#{number}</span>
          {row?.subject && (
            <>
              {' '}
              · <bdi>{row.subject}</bdi>
            </>
          )}
        </span>
        {rest}
      </span>
      <span className="flex gap-3 text-xs text-ink-3">
        <bdi className="min-w-0 flex-1 truncate">{row?.customerName}</bdi>
        <time className="shrink-0 tabular-nums">{at}</time>
      </span>
    </Link>
  );
}
