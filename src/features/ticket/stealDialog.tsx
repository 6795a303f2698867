import type { TicketDetail } from '../../convex/tickets';
import type { Steal } from './acting';
import { ConfirmSteal } from './confirmSteal';
import type { TicketActions } from './ticketActions';

const words: Record<Steal['verb'], { title: (name: string) => string; confirm: string }> = {
  takeOver: { title: (name) => `Take over from ${name}?`, confirm: 'Take over' },
  resolve: { title: (name) => `Resolve while ${name} is answering?`, confirm: 'Resolve' },
  close: { title: (name) => `Close while ${name} is answering?`, confirm: 'Close' },
  markAsSpam: { title: (name) => `Mark as spam while ${name} is answering?`, confirm: 'Mark as spam' },
  assign: { title: (name) => `Take this from ${name}?`, confirm: 'Reassign' },
};

/** A steal is explicit and confirmed (C5). */
export function StealDialog({ detail, actions }: { detail: TicketDetail; actions: TicketActions }) {
  const steal = actions.asksSteal;
  const name = detail.control.operatorName ?? 'the other operator';

  function confirm() {
    if (!steal) return;
    switch (steal.verb) {
      case 'takeOver':
        return void actions.takeOver(true);
      case 'resolve':
        return void actions.resolve(steal.handback, true);
      case 'close':
        return void actions.close(steal.handback, true);
      case 'markAsSpam':
        return void actions.markAsSpam(true);
      case 'assign':
        return void actions.assign(steal.memberId, true);
    }
  }

  return (
    <ConfirmSteal
      open={steal !== null}
      onOpenChange={(open) => !open && actions.setAsksSteal(null)}
      name={name}
      title={steal ? words[steal.verb].title(name) : ''}
      confirm={steal ? words[steal.verb].confirm : ''}
      onConfirm={confirm}
    />
  );
}
