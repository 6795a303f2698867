import { Link } from '@tanstack/react-router';
import { memo, useState } from 'react';
import { isActive } from '../../../convex/shared/tickets/tickets';
import { useMembers } from '../../convex/members';
import { type TicketRow, useTicketRow } from '../../convex/ticketLists';
import { useWhyNotAssigned } from '../../convex/tickets';
import { formatAge, formatDuration, formatFull, formatSoon } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { type Pressure, pressureOf } from '../../lib/waits';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { NotYetDialog } from '../../ui/candidates';
import { Skeleton } from '../../ui/states';
import type { BoardActs } from './acts';
import { askForAssignee } from './rowActions';

export const rowHeight = 84;

interface Props {
  number: number;
  isCurrent: boolean;
  onChoose: (number: number, row: TicketRow) => void;
  acts: BoardActs;
}

/** A ticket behind a number: who and since when, whose it is, and what to do about it. */
export const PanelRow = memo(
  function PanelRow({ number, isCurrent, onChoose, acts }: Props) {
    const row = useTicketRow(number, 0);
    return (
      <li
        aria-current={isCurrent || undefined}
        data-number={number}
        style={{ height: rowHeight }}
        className="flex flex-col justify-center gap-1 border-b border-line px-4 aria-[current=true]:bg-selected"
      >
        {row ? (
          <>
            <Link
              to="/inbox/$view/$number"
              params={{ view: 'all', number: String(number) }}
              className="flex min-w-0 items-baseline gap-2 rounded-md hover:underline"
            >
              <span className="text-sm text-ink-3 tabular-nums">#{number}</span>
              <bdi className="min-w-0 flex-1 truncate text-sm font-medium">{row.subject}</bdi>
              {row.help && (
                <span title={row.help.why}>
                  <Badge tone="bad">Help</Badge>
                </span>
              )}
              {row.priority === 'urgent' && <Badge tone="bad">Urgent</Badge>}
              {row.priority === 'high' && <Badge tone="warn">High</Badge>}
              <Wait row={row} />
            </Link>
            <div className="flex items-center gap-1.5">
              <Whose row={row} />
              {isActive(row.status) && <Acts row={row} onChoose={() => onChoose(number, row)} acts={acts} />}
            </div>
          </>
        ) : (
          <Skeleton className="h-10" />
        )}
      </li>
    );
  },
  (a, b) => a.number === b.number && a.isCurrent === b.isCurrent,
);

function Acts({ row, onChoose, acts }: { row: TicketRow; onChoose: () => void; acts: BoardActs }) {
  return (
    <>
      {row.assigneeId === null && <WhyNot row={row} />}
      <Button
        tone="quiet"
        aria-label={`Assign #${row.number}`}
        onClick={() => {
          onChoose();
          askForAssignee();
        }}
      >
        Assign
      </Button>
      <Button aria-label={`Take over #${row.number}`} onClick={() => void acts.takeOver(row)}>
        Take over
      </Button>
    </>
  );
}

const pressureLooks: Record<Pressure, string> = {
  fine: 'text-ink-3',
  long: 'font-medium text-warn',
  tooLong: 'font-semibold text-bad',
};

function Wait({ row: { waits, at, priority, snoozedUntil } }: { row: TicketRow }) {
  const now = useNow();
  if (snoozedUntil !== null)
    return <span className="text-xs text-ink-3">Until {formatSoon(snoozedUntil, now)}</span>;
  if (!waits) return <span className="text-xs text-ink-3">Answered</span>;
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={`Waiting for ${formatDuration(now - at)}, since ${formatFull(at)}`}
      className={`text-xs tabular-nums ${pressureLooks[pressureOf(priority, now - at)]}`}
    >
      {formatAge(at, now)}
    </time>
  );
}

function Whose({ row: { customerName, holder, operatorName, assigneeId } }: { row: TicketRow }) {
  const assignee = useMembers()?.find(({ memberId }) => memberId === assigneeId);
  const whose =
    holder === 'operator'
      ? operatorName === null
        ? 'team holds'
        : `${operatorName} answers`
      : assigneeId === null
        ? 'nobody yet'
        : `→ ${assignee?.name ?? ''}`;
  return (
    <span className="min-w-0 flex-1 truncate text-xs text-ink-3">
      <bdi>{customerName}</bdi> {!whose.startsWith('→') && '· '}
      <bdi>{whose}</bdi>
    </span>
  );
}

/** [A5] As it is now, and again every minute. */
function WhyNot({ row }: { row: TicketRow }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button tone="quiet" aria-label={`Why nobody has #${row.number} yet`} onClick={() => setIsOpen(true)}>
        Why?
      </Button>
      {isOpen && <Why row={row} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function Why({ row: { ticketId }, onClose }: { row: TicketRow; onClose: () => void }) {
  const why = useWhyNotAssigned(ticketId, Math.floor(useNow(60_000) / 60_000));
  return <NotYetDialog why={why} onClose={onClose} />;
}
