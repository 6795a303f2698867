/** What a row of the list shows of its ticket, on three lines or on one. */
import { CircleUserRound, Globe, Hourglass, Mail, MessageCircle, Plug, Send } from 'lucide-react';
import { isClaimed } from '../../../convex/shared/conversation/claims';
import { isActive } from '../../../convex/shared/tickets/tickets';
import { useAgents } from '../../convex/agents';
import { useMembers } from '../../convex/members';
import { useIsNewForMe } from '../../convex/needs';
import { useMembership } from '../../convex/session';
import type { TicketRow } from '../../convex/ticketLists';
import { formatAge, formatDuration, formatFull, formatSoon } from '../../lib/time';
import { type Due, dueWords, nearnessLooks, nearnessOf, targetWords } from '../../lib/dueWords';
import { useNow } from '../../lib/useNow';
import { Avatar } from '../../ui/avatar';
import { Badge } from '../../ui/badge';
import { Claimed } from '../../ui/claimed';
import { useSeenAt } from './seen';
import { type Pressure, pressureOf } from '../../lib/waits';
import { channelWords } from './words';

const channelIcons = { web: Globe, email: Mail, whatsapp: MessageCircle, telegram: Send, api: Plug };

interface Props {
  row: TicketRow;
  showsAssignee: boolean;
}

/** Three lines: who and how urgent, what it is about, what was said last, or until when it sleeps, and whose it is. */
export function FullRow({ row, showsAssignee }: Props) {
  const Channel = channelIcons[row.channel];
  // Beside the name it would leave none of a long one.
  const isNew = useIsNewForMe(row.number);
  return (
    <>
      <Avatar name={row.customerName} size={32} />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <Customer row={row} />
          {!row.isCustomerProven && isClaimed(row.channel) && <Claimed isShort />}
          <span className="flex-1" />
          <Marks row={row} />
          <Channel
            size={13}
            strokeWidth={1.75}
            className="shrink-0 text-ink-3"
            aria-label={channelWords[row.channel]}
          />
          {row.snoozedUntil === null && <When row={row} />}
        </span>
        <span className="mt-0.5 block truncate text-sm text-ink-2">
          <Subject row={row} />
        </span>
        <span className="flex items-baseline gap-2 text-xs text-ink-3">
          {isNew && <span className="shrink-0 font-semibold text-accent-text">New for you</span>}
          <span className="min-w-0 flex-1 truncate">
            {row.snoozedUntil === null ? <LastWords row={row} /> : <When row={row} />}
          </span>
          {row.due && <DueMark due={row.due} />}
          <Whose row={row} showsAssignee={showsAssignee} />
        </span>
      </span>
    </>
  );
}

/**
 * One line: who, what it is about, how urgent, whose and since when. Of the subject twelve characters stay, however narrow it
 * is: what gives way first is the deadline, which the colour of the wait says, too, then whose it is.
 */
export function CompactRow({ row, showsAssignee }: Props) {
  const { agent, assignee } = useWhose(row, showsAssignee);
  const isNew = useIsNewForMe(row.number);
  return (
    <span className="@container flex min-w-0 flex-1 items-center gap-1.5">
      <span className="flex w-28 min-w-14 shrink items-center gap-1.5">
        <Customer row={row} />
      </span>
      <span className="min-w-33 flex-1 truncate text-sm text-ink-2">
        <Subject row={row} />
      </span>
      {isNew && (
        <>
          <span className="shrink-0 @max-lg:sr-only">
            <Badge tone="accent">New for you</Badge>
          </span>
          <span aria-hidden title="New for you" className="hidden text-xs text-accent-text @max-lg:inline">
            New
          </span>
        </>
      )}
      <Marks row={row} isShort />
      {assignee && (
        <span
          className="shrink-0 @max-sm:hidden"
          title={`Assigned to ${assignee.name}${agent ? `, from ${agent.name}` : ''}`}
        >
          <Avatar name={assignee.name} size={18} />
          <span className="sr-only">{assignee.name}</span>
        </span>
      )}
      {row.due && (
        <span className="shrink-0 @max-lg:sr-only">
          <DueMark due={row.due} />
        </span>
      )}
      <When row={row} />
    </span>
  );
}

/** Who, with a dot where this person has not had open what the customer waits with, or somebody outside has answered. */
function Customer({ row }: { row: TicketRow }) {
  const { memberId } = useMembership();
  const seenAt = useSeenAt(memberId, row.number);
  const newsAt = Math.max(row.waits ? (row.customerAt ?? 0) : 0, row.outsideAt ?? 0);
  const isUnread = isActive(row.status) && newsAt > seenAt;
  return (
    <>
      {isUnread && (
        <span className="size-2 shrink-0 rounded-full bg-accent forced-color-adjust-none forced-colors:bg-[Highlight]">
          <span className="sr-only">Unread</span>
        </span>
      )}
      <bdi
        title={row.customerName}
        className={`truncate text-sm ${isUnread ? 'font-semibold text-ink' : 'text-ink-2'}`}
      >
        {row.customerName}
      </bdi>
    </>
  );
}

function Subject({ row }: { row: TicketRow }) {
  return (
    <>
      <span className="text-ink-3 tabular-nums">#{row.number}</span> · <bdi>{row.subject}</bdi>
    </>
  );
}

/** Nothing where it would only say the line above again. */
function LastWords({ row: { subject, preview, previewAuthor } }: { row: TicketRow }) {
  if (preview.startsWith(subject)) return null;
  return (
    <>
      {previewAuthor === 'agent' && <span className="text-ai">✦ </span>}
      <bdi>{preview}</bdi>
    </>
  );
}

/** Priority, what is asked for, and who speaks. */
function Marks({ row, isShort = false }: { row: TicketRow; isShort?: boolean }) {
  return (
    <>
      {row.help && (
        <span title={`Help is asked for: ${row.help.why}`} className="flex">
          <Badge tone="bad">Help</Badge>
        </span>
      )}
      {row.priority === 'urgent' && <Badge tone="bad">Urgent</Badge>}
      {row.priority === 'high' && <Badge tone="warn">High</Badge>}
      {row.waitsOutside && (
        <span title="Waiting on a third party" className="text-ink-3">
          <Hourglass size={13} strokeWidth={1.75} aria-hidden className="shrink-0" />
          <span className="sr-only">Waiting on a third party</span>
        </span>
      )}
      {row.holder === 'agent' && isActive(row.status) && (
        <span className="text-xs text-ai" title="The agent is answering">
          ✦<span className="sr-only">The agent is answering</span>
        </span>
      )}
      {row.holder === 'operator' && (
        // The first to give way: the customer's name has precedence.
        <span
          title={`${row.operatorName ?? 'The team'} answers`}
          className="flex max-w-24 min-w-3.25 shrink-9999 items-center gap-1 overflow-hidden text-xs text-accent-text"
        >
          <CircleUserRound size={13} aria-hidden className="shrink-0" />
          <span className={isShort ? 'sr-only' : 'truncate'}>{row.operatorName ?? 'Team holds'}</span>
        </span>
      )}
    </>
  );
}

/** The agent it came from, and whose work it is unless they speak, which the row says already. */
function useWhose(row: TicketRow, showsAssignee: boolean) {
  const agent = useAgents()?.find(({ _id }) => _id === row.agentId);
  const assignee = useMembers()?.find(({ memberId }) => memberId === row.assigneeId);
  return { agent, assignee: showsAssignee && row.holder === 'agent' ? assignee : undefined };
}

function Whose({ row, showsAssignee }: Props) {
  const { agent, assignee } = useWhose(row, showsAssignee);
  return (
    <span className="flex max-w-[55%] shrink-0 gap-1.5">
      {agent && (
        <span className="truncate" title={`From ${agent.name}`}>
          {agent.name}
        </span>
      )}
      {assignee && (
        <span className="truncate text-ink-2" title={`Assigned to ${assignee.name}`}>
          → {assignee.name}
        </span>
      )}
    </span>
  );
}

const pressureLooks: Record<Pressure, string> = {
  fine: 'text-ink-3',
  long: 'font-medium text-warn',
  tooLong: 'font-semibold text-bad',
};
const pressureWords: Record<Pressure, string> = {
  fine: '',
  long: ', long for its priority',
  tooLong: ', too long for its priority',
};
const endedWords = { resolved: 'Resolved', closed: 'Closed', new: '', open: '' };

const duePressures = { far: 'fine', near: 'long', missed: 'tooLong' } as const;
const duePressureWords: Record<Pressure, string> = {
  fine: '',
  long: ', its deadline is near',
  tooLong: ', its deadline has passed',
};

/** [T7] What is due next, and how long is left of it. */
function DueMark({ due }: { due: Due }) {
  const now = useNow();
  const words = dueWords(due, now);
  return (
    <span
      title={`${targetWords[due.target]} ${words}: ${formatFull(due.at)}`}
      className={`shrink-0 text-xs whitespace-nowrap tabular-nums ${nearnessLooks[nearnessOf(due, now)]}`}
    >
      <span className="sr-only">{targetWords[due.target]} </span>
      {words}
    </span>
  );
}

/** [T7] By what is left of its deadline, where it has one, else by the priority's own measure. */
function pressureAt({ due, priority, at }: TicketRow, now: number): { pressure: Pressure; words: string } {
  if (due !== null) {
    const pressure = duePressures[nearnessOf(due, now)];
    return { pressure, words: duePressureWords[pressure] };
  }
  const pressure = pressureOf(priority, now - at);
  return { pressure, words: pressureWords[pressure] };
}

/** [T7] How long the customer has waited; who does not wait has an answer, and what has ended says when. */
function When({ row }: { row: TicketRow }) {
  const { status, waits, at, snoozedUntil } = row;
  const now = useNow();
  if (snoozedUntil !== null) {
    const words = `Snoozed until ${formatSoon(snoozedUntil, now)}`;
    return (
      <span title={words} className="min-w-0 truncate text-xs text-ink-3">
        {words}
      </span>
    );
  }
  const common = { dateTime: new Date(at).toISOString() };
  if (!isActive(status)) {
    return (
      <time
        {...common}
        title={`${endedWords[status]} ${formatFull(at)}`}
        className="text-xs text-ink-3 tabular-nums"
      >
        {formatAge(at, now)}
      </time>
    );
  }
  if (!waits) {
    return (
      <span title={`Nobody waits. Last message ${formatFull(at)}`} className="text-xs text-ink-3">
        Answered
      </span>
    );
  }
  const { pressure, words } = pressureAt(row, now);
  return (
    <time
      {...common}
      title={`Waiting for ${formatDuration(now - at)}${words}, since ${formatFull(at)}`}
      className={`text-xs tabular-nums ${pressureLooks[pressure]}`}
    >
      <span className="sr-only">Waiting{words}: </span>
      {formatAge(at, now)}
    </time>
  );
}
