import type { TicketDetail } from '../../convex/tickets';
import { formatClock } from '../../lib/time';
import { Button } from '../../ui/button';
import type { TicketActions } from './ticketActions';

/** Who speaks to the customer now, always in view, and how to change it. */
export function ControlBar({ detail, actions }: { detail: TicketDetail; actions: TicketActions }) {
  const { control, agent } = detail;
  const since = `since ${formatClock(control.since)}`;
  const look =
    control.holder === 'agent'
      ? 'bg-ai-soft text-ai'
      : actions.iHold
        ? 'bg-accent-soft text-accent-text'
        : 'bg-warn-soft text-warn';
  return (
    <div role="status" className={`flex min-h-10 shrink-0 items-center gap-2 px-4 text-sm ${look}`}>
      {control.holder === 'agent' && (
        <>
          <span aria-hidden>✦</span>
          <span className="flex-1">
            <strong className="font-semibold">{agent.name} is answering</strong>
          </span>
          <Button keys="t" onClick={() => void actions.takeOver()}>
            Take over
          </Button>
        </>
      )}
      {actions.iHold && (
        <>
          <span aria-hidden>●</span>
          <span className="flex-1">
            <strong className="font-semibold">You speak now</strong> · {since}
            {detail.onTheirWay > 0 &&
              ` · ${detail.onTheirWay} ${detail.onTheirWay === 1 ? 'message is' : 'messages are'} already on the way`}
          </span>
          <Button keys="Shift+T" onClick={actions.askReturn}>
            Return to agent
          </Button>
        </>
      )}
      {actions.otherHolds && (
        <>
          <span aria-hidden>●</span>
          <span className="flex-1">
            <strong className="font-semibold">{control.operatorName} is answering</strong> · {since}
          </span>
          <Button keys="t" onClick={() => void actions.takeOver()}>
            Take over from {control.operatorName}
          </Button>
        </>
      )}
      {control.holder === 'operator' && control.operatorId === null && (
        <>
          <span aria-hidden>●</span>
          <span className="flex-1">
            <strong className="font-semibold">The team holds this.</strong> The agent is silent until someone
            takes over.
          </span>
          <Button keys="t" tone="primary" onClick={() => void actions.takeOver()}>
            Take over
          </Button>
        </>
      )}
    </div>
  );
}
