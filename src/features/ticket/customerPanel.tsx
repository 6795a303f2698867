import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { isClaimed } from '../../../convex/shared/conversation/claims';
import type { Priority } from '../../../convex/shared/tickets/tickets';
import { costWords } from '../../../convex/shared/whatsapp/costs';
import { useMembers } from '../../convex/members';
import { useOnWhatsapp } from '../../convex/whatsapp';
import type { TicketDetail } from '../../convex/tickets';
import { targetWords } from '../../lib/dueWords';
import { capitalised } from '../../lib/words';
import { formatClockIn, formatDuration, formatFull } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Avatar } from '../../ui/avatar';
import { Badge } from '../../ui/badge';
import { IconButton } from '../../ui/button';
import { Options } from '../../ui/field';
import { channelWords } from './channelWords';
import { ContinueOn } from './continueOn';
import { CustomerFields } from './customerFields';
import { CustomerName } from './customerName';
import { ClockLine, clocksOf } from './deadlines';
import { KnownBy } from './knownBy';
import { NoteAddress } from './noteAddress';
import { PastConversations } from './pastConversations';
import { PanelRow } from './panelRow';
import { OthersText } from '../../ui/othersText';
import { priorityWords } from './priorityWords';
import { CustomerAttributes } from './customerAttributes';
import { Proof } from './proof';
import { SenderActs } from './senderActs';
import { Tags } from './tags';
import type { TicketActions } from './ticketActions';
import { VisitRows } from './visitRows';
import { WhyAssigned } from './whyAssigned';

interface Props {
  detail: TicketDetail;
  actions: TicketActions;
  onClose: () => void;
}

/** The customer, the brief and everything that can be set on the ticket. */
export function CustomerPanel({ detail, actions, onClose }: Props) {
  const { customer } = detail;
  const claimed = isClaimed(detail.customerChannel);
  const proof = customer.emailProof;
  return (
    <aside
      aria-label="Customer"
      data-region="panel"
      className="w-70 shrink-0 overflow-y-auto border-l border-line bg-bg p-4 max-xl:fixed max-xl:inset-y-0 max-xl:right-0 max-xl:z-30 max-xl:shadow-pop max-md:w-full"
    >
      <div className="flex items-center gap-3">
        <Avatar name={customer.called} size={36} />
        <div className="min-w-0 flex-1">
          <CustomerName key={customer._id} customer={customer} isClaimed={claimed} />
          <KnownLine text={customer.email} otherwise="No email left">
            {proof && (claimed || proof !== 'claimed') && <Proof proof={proof} />}
          </KnownLine>
        </div>
        <IconButton label="Close the panel" onClick={onClose} className="xl:hidden">
          <X size={16} />
        </IconButton>
      </div>
      <NoteAddress key={`${detail.ticket._id} ${customer.email}`} detail={detail} />
      <SenderActs key={detail.ticket._id} detail={detail} />
      <ContinueOn detail={detail} />
      <Facts detail={detail} actions={actions} />
      <CustomerFields detail={detail} />
      <CustomerAttributes attributes={customer.attributes} />
      <KnownBy key={`known ${detail.ticket._id}`} detail={detail} />
      <PastConversations key={`past ${detail.ticket._id}`} detail={detail} />
      <Brief detail={detail} />
    </aside>
  );
}

/** `children`: how far it is known. */
function KnownLine({
  text,
  otherwise,
  children,
}: {
  text: string | null;
  otherwise: string;
  children: ReactNode;
}) {
  if (text === null) return <p className="truncate text-sm text-ink-3">{otherwise}</p>;
  return (
    <p className="flex items-center gap-1.5 text-sm text-ink-3">
      <bdi className="truncate">{text}</bdi>
      {children}
    </p>
  );
}

const select =
  '-my-1 -ml-2 h-7 w-[calc(100%+--spacing(2))] rounded-md border border-transparent bg-transparent px-1 text-sm hover:border-line-strong pointer-coarse:h-11';

function Facts({ detail, actions }: Omit<Props, 'onClose'>) {
  const { ticket, customer } = detail;
  const members = useMembers() ?? [];
  const now = useNow();
  return (
    <dl className="mt-4 border-t border-line pt-3">
      <PanelRow label="Assignee">
        <select
          aria-label="Assignee"
          className={select}
          disabled={!actions.active}
          value={ticket.assigneeId ?? ''}
          onChange={(event) => void actions.assign(event.target.value || null)}
        >
          <option value="">Nobody</option>
          {members.map((member) => (
            <option key={member.memberId} value={member.memberId}>
              {member.name}
            </option>
          ))}
        </select>
        <WhyAssigned key={ticket._id} detail={detail} />
      </PanelRow>
      <PanelRow label="Priority">
        <select
          aria-label="Priority"
          className={select}
          value={ticket.priority}
          onChange={(event) => void actions.setPriority(event.target.value as Priority)}
        >
          <Options words={priorityWords} />
        </select>
      </PanelRow>
      <PanelRow label="Agent">
        <span className="text-ai">✦ {detail.agent.name}</span>
      </PanelRow>
      {ticket.waitingSince !== undefined && actions.active && (
        <PanelRow label="Waiting">
          <span className="tabular-nums">{formatDuration(now - ticket.waitingSince)}</span>
        </PanelRow>
      )}
      {actions.active &&
        clocksOf(ticket).map((shown) => (
          <PanelRow key={shown.target} label={targetWords[shown.target]}>
            <ClockLine ticket={ticket} {...shown} />
          </PanelRow>
        ))}
      <PanelRow label="Tags">
        <Tags key={ticket._id} ticket={ticket} actions={actions} />
      </PanelRow>
      <PanelRow label="Opened">{formatFull(ticket.openedAt)}</PanelRow>
      <PanelRow label="Writes by">{capitalised(channelWords[detail.customerChannel])}</PanelRow>
      <WhatsappCosts detail={detail} />
      <VisitRows detail={detail} />
      {customer.timeZone !== null && (
        <PanelRow label="Local time">
          <span title={`${customer.timeZone}, as their browser says`}>
            {formatClockIn(now, customer.timeZone)}
          </span>
        </PanelRow>
      )}
      <PanelRow label="First seen">{formatFull(customer.since)}</PanelRow>
    </dl>
  );
}

/** [M7] What WhatsApp bills for this conversation: it tells categories, and no amounts. */
function WhatsappCosts({ detail: { customerChannel, ticket } }: { detail: TicketDetail }) {
  const on = useOnWhatsapp(customerChannel === 'whatsapp' ? ticket.conversationId : null);
  const words = on ? costWords(on.costs) : null;
  if (words === null) return null;
  return (
    <PanelRow label="Billed">
      <span title="What WhatsApp bills you for in this conversation. It tells no amounts.">
        {words}, by WhatsApp
      </span>
    </PanelRow>
  );
}

/** [H2] What the agent knows, each fact linked to the message it was read in; stale once the customer wrote again. */
function Brief({ detail }: { detail: TicketDetail }) {
  const { brief } = detail.ticket;
  if (!brief) return null;
  // The first question; then, a line each, what was asked since.
  const asked = brief.asked.split('\n');
  const isTitle = asked[0]!.startsWith(detail.subject.replace(/…$/u, ''));
  const parts = {
    // The title says it already.
    Asked: isTitle ? asked.slice(1) : asked,
    Facts: brief.facts.map((fact) => `${fact.text} (message ${fact.sequence})`),
    Tried: brief.tried,
    'Blocked by': brief.blockedBy ? [brief.blockedBy] : [],
    Suggested: brief.suggested ? [brief.suggested] : [],
  };
  if (Object.values(parts).every((lines) => lines.length === 0)) return null;
  return (
    <section aria-label="Brief" className="mt-4 border-t border-line pt-3 text-sm">
      <h3 className="flex items-center gap-2 font-semibold">
        <span className="text-ai">✦ Brief</span>
        {detail.isBriefStale && <Badge tone="warn">The customer wrote since</Badge>}
      </h3>
      <dl className="mt-2 space-y-2.5">
        {Object.entries(parts).map(([label, lines]) => (
          <BriefPart key={label} label={label} lines={lines} />
        ))}
      </dl>
    </section>
  );
}

function BriefPart({ label, lines }: { label: string; lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <div>
      <dt className="text-xs text-ink-3">{label}</dt>
      {lines.map((line, index) => (
        <dd key={index} dir="auto" className="text-ink-2 wrap-anywhere">
          <OthersText text={line} />
        </dd>
      ))}
    </div>
  );
}
