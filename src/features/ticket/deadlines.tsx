/** [T7] What is due on a ticket, how long is left of it, and what stands still. */
import type { Clocks } from '../../../convex/shared/tickets/clocks';
import type { TargetKind } from '../../../convex/shared/tickets/targets';
import { useTeam } from '../../convex/members';
import type { TicketDetail } from '../../convex/tickets';
import { dueWords, nearnessLooks, nearnessOf } from '../../lib/dueWords';
import { formatDuration, formatFull, formatSoon } from '../../lib/time';
import { useNow } from '../../lib/useNow';

type Ticket = TicketDetail['ticket'];

interface ShownClock {
  target: TargetKind;
  clock: Clocks['resolution'];
}

/** The reply that is owed, and the resolution. */
export function clocksOf({ clocks, waitingSince }: Ticket): ShownClock[] {
  if (clocks === undefined) return [];
  const { reply, resolution } = clocks;
  const target = reply?.isFirst ? 'firstReply' : 'nextReply';
  return [
    ...(reply && waitingSince !== undefined ? [{ target, clock: reply } as const] : []),
    { target: 'resolution', clock: resolution },
  ];
}

/** One clock: the countdown and the instant, or what is left while it stands still. */
export function ClockLine({ ticket, target, clock }: ShownClock & { ticket: Ticket }) {
  const now = useNow();
  const goals = useTeam()?.targets?.goals[ticket.priority];
  const minutes = goals?.[target];
  if (clock.dueAt === undefined) {
    if (minutes === undefined || ticket.clocks?.runningSince !== undefined) return <None />;
    const leftMs = minutes * 60_000 - clock.usedMs;
    return (
      <span className="text-ink-2">
        {leftMs > 0 ? `Paused, ${formatDuration(leftMs)} left` : 'Paused, its time is over'}
      </span>
    );
  }
  const due = { at: clock.dueAt, nearAt: nearOf(ticket, clock.dueAt) };
  return (
    <span title={formatFull(due.at)} className={`tabular-nums ${nearnessLooks[nearnessOf(due, now)]}`}>
      {dueWords(due, now)} <span className="font-normal text-ink-3">· {formatSoonOrFull(due.at, now)}</span>
    </span>
  );
}

const None = () => <span className="text-ink-3">No target</span>;
const nearOf = ({ deadline }: Ticket, dueAt: number) => (deadline?.dueAt === dueAt ? deadline.nearAt : dueAt);
const formatSoonOrFull = (at: number, now: number) => (at < now ? formatFull(at) : formatSoon(at, now));
