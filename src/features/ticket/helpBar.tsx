import { Hand } from 'lucide-react';
import { useMembers } from '../../convex/members';
import { useMembership } from '../../convex/session';
import type { TicketDetail } from '../../convex/tickets';
import { formatAgo } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Button } from '../../ui/button';
import type { TicketActions } from './ticketActions';

type Help = NonNullable<TicketDetail['ticket']['help']>;

/** [B6] Somebody is asked into this ticket: by whom, why, and how it ends. */
export function HelpBar({ help: { by, why, at }, actions }: { help: Help; actions: TicketActions }) {
  const members = useMembers();
  const { memberId } = useMembership();
  const now = useNow();
  const name = members?.find((each) => each.memberId === by)?.name ?? 'Somebody';
  const isMine = by === memberId;
  return (
    <div
      role="status"
      className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-bad-soft px-4 py-1 text-sm text-bad"
    >
      <Hand size={16} aria-hidden className="shrink-0" />
      <span className="min-w-36 flex-1 wrap-anywhere">
        <strong className="font-semibold">
          {isMine ? (
            'You asked for help'
          ) : (
            <>
              <bdi>{name}</bdi> asks for help
            </>
          )}
        </strong>{' '}
        · <span className="tabular-nums">{formatAgo(at, now)}</span>
        {/* Whole in the thread: however long, it does not push that away. */}
        <span dir="auto" title={why} className="line-clamp-3">
          {why}
        </span>
      </span>
      {actions.isOffered('ticket.helpEnded') && (
        <Button onClick={() => void actions.endHelp()}>
          {isMine ? 'Not needed any more' : 'Help is here'}
        </Button>
      )}
    </div>
  );
}
