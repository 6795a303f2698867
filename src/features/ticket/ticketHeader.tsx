import { ArrowLeft, MoreHorizontal, PanelRight } from 'lucide-react';
import { ActionButton } from '../../actions/actionButton';
import { type ActionId, definitionOf } from '../../actions/catalogue';
import { keysOf, useKeyPreferences, useShownKeys } from '../../actions/preferences';
import { runAction } from '../../actions/registry';
import { type TicketDetail } from '../../convex/tickets';
import { formatSoon } from '../../lib/time';
import { IconButton } from '../../ui/button';
import { Menu } from '../../ui/menu';
import { Tooltip } from '../../ui/tooltip';
import { NearestDue } from './nearestDue';
import type { Primary } from './primary';
import type { TicketActionId, TicketActions } from './ticketActions';

const statusTones = { new: 'text-accent-text', open: 'text-accent-text', resolved: 'text-ok', closed: '' };
const statusWords = { new: 'New', open: 'Open', resolved: 'Resolved', closed: 'Closed' };
const waitingWords = { customer: 'Waiting on the customer', thirdParty: 'Waiting on a third party' };

const more: TicketActionId[] = [
  'ticket.resolveWithNote',
  'ticket.returnWithNote',
  'ticket.assign',
  'ticket.priority',
  'ticket.snooze',
  'ticket.waiting',
  'ticket.help',
  'ticket.helpEnded',
  'ticket.forward',
  'ticket.copyLink',
  'ticket.close',
  'ticket.spam',
  'ticket.notSpam',
];

const choiceOf = (id: ActionId) => ({
  id,
  label: definitionOf(id).label,
  keys: keysOf(id)[0],
  onChoose: () => runAction(id),
});

interface Props {
  detail: TicketDetail;
  actions: TicketActions;
  primary: Primary;
  onClose: () => void;
}

/** What it is about, its number and state, and the one next step. */
export function TicketHeader({ detail, actions, primary, onClose }: Props) {
  return (
    <header className="flex min-h-12 shrink-0 items-center gap-2 border-b border-line px-3 max-sm:py-1">
      <IconButton label="Back to the list" onClick={onClose} className="md:hidden">
        <ArrowLeft size={18} />
      </IconButton>
      <div className="min-w-0 flex-1">
        <h2
          dir="auto"
          title={detail.subject}
          className="line-clamp-1 text-base leading-5 font-semibold wrap-anywhere max-sm:line-clamp-2 max-sm:text-sm"
        >
          {detail.subject}
        </h2>
        <State ticket={detail.ticket} isSpam={actions.isSpam} />
      </div>
      <NextStep actions={actions} isPrimary={primary === 'resolve'} />
      <MoreMenu actions={actions} />
      <Tooltip text="Customer panel" keys={useShownKeys('ticket.panel')}>
        <IconButton
          label="Show or hide the customer panel"
          className="max-[22rem]:hidden"
          onClick={() => runAction('ticket.panel')}
        >
          <PanelRight size={16} />
        </IconButton>
      </Tooltip>
    </header>
  );
}

/** Under the title, which has the first line to itself. */
function State({ ticket, isSpam }: { ticket: TicketDetail['ticket']; isSpam: boolean }) {
  const { snoozedUntil, waitingOn } = ticket;
  return (
    <p className="truncate text-xs text-ink-3 tabular-nums">
      #{ticket.number} ·{' '}
      <span className={`font-medium ${statusTones[ticket.status]}`}>{statusWords[ticket.status]}</span>
      {isSpam && ' · Spam'}
      {snoozedUntil !== undefined && ` · Snoozed until ${formatSoon(snoozedUntil, Date.now())}`}
      {waitingOn && ` · ${waitingWords[waitingOn]}`}
      <NearestDue ticket={ticket} />
    </p>
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
      choices={[...more.filter((id) => actions.isOffered(id)), 'ticket.panel' as const].map(choiceOf)}
      trigger={
        <IconButton label="More actions">
          <MoreHorizontal size={16} />
        </IconButton>
      }
    />
  );
}
