import { ActionButton } from '../../actions/actionButton';
import type { TicketDetail } from '../../convex/tickets';
import { formatClock } from '../../lib/time';
import { outsideWords } from './channelWords';
import type { Primary } from './primary';
import type { TicketActions } from './ticketActions';

interface Props {
  detail: TicketDetail;
  actions: TicketActions;
  primary: Primary;
}

/** Who speaks to the customer now, always in view, and how to change it. */
export function ControlBar({ detail, actions, primary }: Props) {
  const { control, agent } = detail;
  const tone = primary === 'takeOver' ? 'primary' : 'plain';
  const since = `since ${formatClock(control.since)}`;
  const look =
    control.holder === 'agent'
      ? 'bg-ai-soft text-ai'
      : actions.iHold
        ? 'bg-accent-soft text-accent-text'
        : 'bg-warn-soft text-warn';
  return (
    <div role="status" className={`@container shrink-0 text-sm ${look}`}>
      <div className="flex min-h-10 flex-wrap items-center justify-end gap-x-2 gap-y-1 px-4 py-1 @max-md:[&_[aria-hidden]:has(kbd)]:hidden">
        {control.holder === 'agent' && (
          <>
            <span aria-hidden>✦</span>
            <span className="min-w-36 flex-1">
              {actions.unheard === null ? (
                <strong className="font-semibold">
                  {agent.name} is {agent.isOff ? 'off, nobody answers' : 'answering'}
                </strong>
              ) : (
                <>
                  <strong className="font-semibold">{actions.unheard}.</strong> {agent.name} answers nothing
                  of what comes in.
                </>
              )}
            </span>
            <ActionButton action="ticket.takeOver" tone={tone}>
              Take over
            </ActionButton>
          </>
        )}
        {actions.iHold && (
          <>
            <span aria-hidden>●</span>
            <span className="min-w-36 flex-1">
              <strong className="font-semibold">You speak now</strong>
              <span className="@max-xs:sr-only"> · {since}</span>
              {detail.onTheirWay > 0 &&
                ` · ${detail.onTheirWay} ${detail.onTheirWay === 1 ? 'message is' : 'messages are'} already on the way`}
            </span>
            <ActionButton action="ticket.returnToAgent">Return to agent</ActionButton>
          </>
        )}
        {actions.otherHolds && (
          <>
            <span aria-hidden>●</span>
            <span className="min-w-36 flex-1">
              <strong className="font-semibold">{control.operatorName} is answering</strong> · {since}
            </span>
            <ActionButton action="ticket.takeOver">Take over from {control.operatorName}</ActionButton>
          </>
        )}
        {control.holder === 'operator' && control.operatorId === null && (
          <>
            <span aria-hidden>●</span>
            <TeamHolds outside={control.outside} />
            <ActionButton action="ticket.takeOver" tone={tone}>
              Take over
            </ActionButton>
          </>
        )}
      </div>
    </div>
  );
}

/** [C13] Nobody in particular; or somebody who answers past Baton. */
function TeamHolds({ outside }: Pick<TicketDetail['control'], 'outside'>) {
  return (
    <span className="min-w-36 flex-1">
      {outside === null ? (
        <>
          <strong className="font-semibold">The team holds this.</strong> The agent is silent until someone
          takes over.
        </>
      ) : (
        <>
          <strong className="font-semibold">The team is answering, {outsideWords[outside.channel]}</strong> ·
          last at {formatClock(outside.at)}. The agent is silent.
        </>
      )}
    </span>
  );
}
