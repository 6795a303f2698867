import { ArrowLeft, MoreHorizontal, PanelRight } from 'lucide-react';
import { ActionButton } from '../../actions/actionButton';
import { definitionOf } from '../../actions/catalogue';
import { keysOf, useKeyPreferences, useShownKeys } from '../../actions/preferences';
import { runAction } from '../../actions/registry';
import { type TicketDetail } from '../../convex/tickets';
import { formatSoon } from '../../lib/time';
import { Badge } from '../../ui/badge';
import { IconButton } from '../../ui/button';
import { Menu } from '../../ui/menu';
import { Tooltip } from '../../ui/tooltip';
import type { Primary } from './primary';
import type { TicketActionId, TicketActions } from './ticketActions';

const statusTones = { new: 'accent', open: 'accent', resolved: 'ok', closed: 'plain' } as const;
const statusWords = { new: 'New', open: 'Open', resolved: 'Resolved', closed: 'Closed' };
const waitingWords = { customer: 'Waiting on the customer', thirdParty: 'Waiting on a third party' };

const more: TicketActionId[] = [
  'ticket.resolveWithNote',
  'ticket.returnWithNote',
  'ticket.assign',
  'ticket.priority',
  'ticket.snooze',
  'ticket.waiting',
  'ticket.copyLink',
  'ticket.close',
];

interface Props {
  detail: TicketDetail;
  actions: TicketActions;
  primary: Primary;
  onClose: () => void;
}

/** What it is about, its number and state, and the one next step. */
export function TicketHeader({ detail, actions, primary, onClose }: Props) {
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3">
      <IconButton label="Back to the list" onClick={onClose} className="md:hidden">
        <ArrowLeft size={18} />
      </IconButton>
      <h2 dir="auto" className="min-w-0 truncate text-base font-semibold">
        {detail.subject}
      </h2>
      <State ticket={detail.ticket} />
      <span className="flex-1" />
      <NextStep actions={actions} isPrimary={primary === 'resolve'} />
      <MoreMenu actions={actions} />
      <Tooltip text="Customer panel" keys={useShownKeys('ticket.panel')}>
        <IconButton label="Show or hide the customer panel" onClick={() => runAction('ticket.panel')}>
          <PanelRight size={16} />
        </IconButton>
      </Tooltip>
    </header>
  );
}

function State({ ticket }: { ticket: TicketDetail['ticket'] }) {
  return (
    <>
      <span className="shrink-0 text-sm text-ink-3 tabular-nums">#{ticket.number}</span>
      <span className="contents max-sm:hidden">
        <Badge tone={statusTones[ticket.status]}>{statusWords[ticket.status]}</Badge>
        {ticket.snoozedUntil !== undefined && (
          <Badge>Snoozed until {formatSoon(ticket.snoozedUntil, Date.now())}</Badge>
        )}
        {ticket.waitingOn && <Badge>{waitingWords[ticket.waitingOn]}</Badge>}
      </span>
    </>
  );
}

function NextStep({ actions, isPrimary }: { actions: TicketActions; isPrimary: boolean }) {
  if (!actions.active) return <ActionButton action="ticket.reopen">Reopen</ActionButton>;
  return (
    <Tooltip text="Hands back to the agent. The customer's next message is answered by it.">
      <ActionButton action="ticket.resolve" tone={isPrimary ? 'primary' : 'plain'}>
        Resolve
      </ActionButton>
    </Tooltip>
  );
}

function MoreMenu({ actions }: { actions: TicketActions }) {
  useKeyPreferences();
  return (
    <Menu
      label="More"
      align="end"
      choices={more
        .filter((id) => actions.isOffered(id))
        .map((id) => ({
          id,
          label: definitionOf(id).label,
          keys: keysOf(id)[0],
          onChoose: () => runAction(id),
        }))}
      trigger={
        <IconButton label="More actions">
          <MoreHorizontal size={16} />
        </IconButton>
      }
    />
  );
}
