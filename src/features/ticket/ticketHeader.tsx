import { ArrowLeft, MoreHorizontal, PanelRight } from 'lucide-react';
import { runAction } from '../../actions/registry';
import { type TicketDetail } from '../../convex/tickets';
import { Badge } from '../../ui/badge';
import { Button, IconButton } from '../../ui/button';
import { Menu, type MenuChoice } from '../../ui/menu';
import { Tooltip } from '../../ui/tooltip';
import type { TicketActions } from './ticketActions';

const statusTones = { new: 'accent', open: 'accent', resolved: 'ok', closed: 'plain' } as const;
const statusWords = { new: 'New', open: 'Open', resolved: 'Resolved', closed: 'Closed' };

interface Props {
  detail: TicketDetail;
  actions: TicketActions;
  onClose: () => void;
}

/** What it is about, its number and state, and the one next step. */
export function TicketHeader({ detail, actions, onClose }: Props) {
  const { ticket } = detail;
  const choices: MenuChoice[] = [
    { id: 'assign', label: 'Assign to…', keys: 'a', onChoose: () => runAction('ticket.assign') },
    { id: 'priority', label: 'Set priority…', keys: 'p', onChoose: () => runAction('ticket.priority') },
    {
      id: 'snooze',
      label: 'Snooze…',
      keys: 'h',
      disabled: !actions.active,
      onChoose: () => runAction('ticket.snooze'),
    },
    {
      id: 'waiting',
      label: 'Set waiting on…',
      keys: 'w',
      disabled: !actions.active,
      onChoose: () => runAction('ticket.waiting'),
    },
    { id: 'link', label: 'Copy link', keys: '.', onChoose: () => runAction('ticket.copyLink') },
    {
      id: 'close',
      label: 'Close',
      disabled: ticket.status === 'closed',
      onChoose: () => void actions.close(),
    },
  ];
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3">
      <IconButton label="Back to the list" onClick={onClose} className="md:hidden">
        <ArrowLeft size={18} />
      </IconButton>
      <h2 className="min-w-0 truncate text-base font-semibold">{detail.subject}</h2>
      <span className="shrink-0 text-sm text-ink-3 tabular-nums">#{ticket.number}</span>
      <span className="contents max-sm:hidden">
        <Badge tone={statusTones[ticket.status]}>{statusWords[ticket.status]}</Badge>
        {ticket.snoozedUntil !== undefined && <Badge>Snoozed</Badge>}
        {ticket.waitingOn && (
          <Badge>
            {ticket.waitingOn === 'customer' ? 'Waiting on the customer' : 'Waiting on a third party'}
          </Badge>
        )}
      </span>
      <span className="flex-1" />
      {actions.active ? (
        <Tooltip text="Hands back to the agent. The customer's next message is answered by it.">
          <Button tone={actions.iHold ? 'primary' : 'plain'} keys="e" onClick={actions.askResolve}>
            Resolve
          </Button>
        </Tooltip>
      ) : (
        <Button keys="Shift+E" onClick={() => void actions.reopen()}>
          Reopen
        </Button>
      )}
      <Menu
        label="More"
        align="end"
        choices={choices}
        trigger={
          <IconButton label="More actions">
            <MoreHorizontal size={16} />
          </IconButton>
        }
      />
      <Tooltip text="Customer panel" keys="]">
        <IconButton label="Show or hide the customer panel" onClick={() => runAction('ticket.panel')}>
          <PanelRight size={16} />
        </IconButton>
      </Tooltip>
    </header>
  );
}
