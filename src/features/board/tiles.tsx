import { Link } from '@tanstack/react-router';
import { type ReactNode, use } from 'react';
import { priorities, type Priority } from '../../../convex/shared/tickets/tickets';
import { dueWithin, useDue, useHeld, useLongestWait, useTeamCounts, useUnassigned } from '../../convex/board';
import { formatDuration } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { type Pressure, pressureOf } from '../../lib/waits';
import { NumberLink, OpenListContext } from './numberLink';
import { priorityWords } from './words';

/** Read across a room, where it hangs on a wall. */
const number =
  'px-1.5 -mx-1.5 text-2xl font-semibold tabular-nums whitespace-nowrap in-data-wall:text-[clamp(2.25rem,3.4vw,4.5rem)]/none';

function Tile({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      className="min-w-0 rounded-lg border border-line bg-surface px-4 py-3 max-xl:px-3"
    >
      <h2 className="text-sm text-ink-2">{label}</h2>
      {children}
    </section>
  );
}

const show = (count: number | undefined) => (count === undefined ? '–' : count.toLocaleString());

/** The team's numbers, each opening what it counts. */
export function Tiles() {
  const counts = useTeamCounts();
  const held = useHeld();
  return (
    <div className="grid grid-cols-[1.3fr_1.2fr_0.9fr_1.1fr_1fr] gap-3 max-lg:grid-cols-2 max-lg:*:last:odd:col-span-2 in-data-wall:grid-cols-5">
      <Tile label="Waiting for a person">
        <NumberLink
          list={{ list: 'waiting' }}
          label={`${show(counts?.needsReply)} waiting`}
          className={number}
        >
          {show(counts?.needsReply)}
        </NumberLink>
        <p className="text-xs text-ink-3">customers no person has answered yet</p>
      </Tile>
      <LongestWait />
      <Due />
      <Unassigned />
      <Tile label="Live takeovers">
        <NumberLink list={{ list: 'held' }} label={`${show(held?.all)} live takeovers`} className={number}>
          {show(held?.all)}
        </NumberLink>
        <p className="text-xs text-ink-3">
          {held && held.byTeam > 0 ? (
            <NumberLink
              list={{ list: 'held', of: 'team' }}
              label={`${held.byTeam} held by the team`}
              className="-mx-1 px-1 text-warn"
            >
              {held.byTeam} held by nobody in particular
            </NumberLink>
          ) : (
            'conversations a person answers'
          )}
        </p>
      </Tile>
    </div>
  );
}

const pressureLooks: Record<Pressure, string> = { fine: '', long: 'text-warn', tooLong: 'text-bad' };

/** Ticks here: the desk says only since when (docs/rules.md B2). */
function LongestWait() {
  const longest = useLongestWait();
  const now = useNow(1_000);
  const { isWall } = use(OpenListContext)!;
  if (!longest) {
    return (
      <Tile label="Longest wait">
        <p className="text-2xl font-semibold text-ink-3">{longest === null ? 'Nobody waits' : '–'}</p>
      </Tile>
    );
  }
  const waitMs = Math.max(0, now - longest.since);
  const look = `${number} ${pressureLooks[pressureOf(longest.priority, waitMs)]}`;
  const shown = formatDuration(waitMs);
  return (
    <Tile label="Longest wait">
      {isWall ? (
        <span className={look}>{shown}</span>
      ) : (
        <Link
          to="/inbox/$view/$number"
          params={{ view: 'needsReply', number: String(longest.number) }}
          aria-label={`Ticket #${longest.number} waits longest`}
          className={`rounded-md hover:bg-hover ${look}`}
        >
          {shown}
        </Link>
      )}
      <p className="text-xs text-ink-3">
        #{longest.number} · {priorityWords[longest.priority]}
      </p>
    </Tile>
  );
}

/** What its targets ask for next; a team without targets has nothing due. */
function Due() {
  const due = useDue();
  const count = due && `${due.numbers.length.toLocaleString()}${due.hasMore ? '+' : ''}`;
  return (
    <Tile label="Due">
      <NumberLink list={{ list: 'due' }} label={`${count ?? '–'} due`} className={number}>
        {count ?? '–'}
      </NumberLink>
      <p className="text-xs text-ink-3">late, or within {dueWithin} minutes</p>
    </Tile>
  );
}

const priorityLooks: Record<Priority, string> = {
  urgent: 'text-bad',
  high: 'text-warn',
  normal: '',
  low: '',
};

function Unassigned() {
  const all = useTeamCounts()?.unassigned;
  const unassigned = useUnassigned();
  return (
    <Tile label="Unassigned">
      <NumberLink list={{ list: 'unassigned' }} label={`${show(all)} unassigned`} className={number}>
        {show(all)}
      </NumberLink>
      <p className="-mx-1 flex flex-wrap gap-x-1 text-xs text-ink-3">
        {priorities.toReversed().map((priority) => (
          <NumberLink
            key={priority}
            list={{ list: 'unassigned', priority }}
            label={`${show(unassigned?.[priority])} unassigned, ${priorityWords[priority]}`}
            className={`px-1 py-1 tabular-nums pointer-coarse:py-2 ${unassigned?.[priority] ? priorityLooks[priority] : ''}`}
          >
            {priorityWords[priority]} {show(unassigned?.[priority])}
          </NumberLink>
        ))}
      </p>
    </Tile>
  );
}
