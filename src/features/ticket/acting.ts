/** How an act on the open ticket is tried: not twice at a time, with every refusal said, and a steal asked for first. */
import type { ThreadMoved } from '../../../convex/shared/conversation/door';
import { runAction } from '../../actions/registry';
import { useMembership } from '../../convex/session';
import type { TicketDetail } from '../../convex/tickets';
import { describeError, refusalOf } from '../../lib/errors';
import { isLayerOpen } from '../../lib/keys';
import { useStateOf } from '../../lib/useStateOf';
import { useTicketNews } from './ticketNews';

export interface Handback {
  agentAnswersNow?: boolean;
  agentShouldKnow?: string;
  promised?: string;
}

/** What a steal would do once it is confirmed. */
export type Steal =
  | { verb: 'takeOver' }
  | { verb: 'resolve'; handback: Handback }
  | { verb: 'close'; handback: Handback }
  | { verb: 'markAsSpam' }
  | { verb: 'assign'; memberId: string | null };

/** The hand is in the middle of something on the ticket: a text, a dialog or a menu. */
function isBusyHand(): boolean {
  const focused = document.activeElement;
  return (
    isLayerOpen({ orClosing: false }) ||
    (focused instanceof HTMLTextAreaElement && focused.value.trim() !== '')
  );
}

/** Acts that have no answer yet. By ticket, so that they outlive leaving it. */
const underWay = new Set<string>();

/** An act that would be refused the second time: under way, it is not begun again. */
async function once(key: string, run: () => Promise<boolean>): Promise<boolean> {
  if (underWay.has(key)) return false;
  underWay.add(key);
  return run().finally(() => underWay.delete(key));
}

export type Acting = ReturnType<typeof useActing>;

export function useActing({ ticket, control, lastSequence }: TicketDetail, leave: () => void) {
  const { teamId, memberId } = useMembership();
  const { isHere, say } = useTicketNews(ticket.number);
  const [asksSteal, setAsksSteal] = useStateOf<Steal | null>(ticket._id, null);
  const iHold = control.holder === 'operator' && control.operatorId === memberId;
  const otherHolds = control.holder === 'operator' && control.operatorId !== null && !iHold;

  /** Resolves to whether it is done; an act that did nothing resolves to false. Refused for a steal, it asks for one. */
  async function attempt(act: () => Promise<unknown>, steal?: Steal): Promise<boolean> {
    try {
      return (await act()) !== false;
    } catch (error) {
      if (steal && isHere.current && refusalOf(error)?.code === 'CONTROL_HELD') setAsksSteal(steal);
      else say(describeError(error), { tone: 'bad' });
      return false;
    }
  }

  return {
    iHold,
    otherHolds,
    isHere,
    /** On to the next one, or out of the last, unless they have gone on by themselves; the toast still leads back to this. */
    goOn() {
      if (isHere.current && !isBusyHand() && !runAction('list.next')) leave();
    },
    say,
    asksSteal,
    setAsksSteal,
    at: { teamId, ticketId: ticket._id },
    /** What the operator saw when they decided (C10). */
    shown: { expectedEpoch: control.epoch, seenThrough: lastSequence },
    attempt,
    attemptOnce: (name: string, act: () => Promise<unknown>, steal?: Steal) =>
      once(`${ticket._id} ${name}`, () => attempt(act, steal)),
    /** While another operator holds, asks for the steal instead of letting the act go on. */
    maySteal(steal: Steal, isConfirmed: boolean): boolean {
      if (otherHolds && !isConfirmed) setAsksSteal(steal);
      return !otherHolds || isConfirmed;
    },
    /** C10: somebody wrote between what was shown and the act. What is new is on screen now; ask again. */
    sayMoved(outcome: object | ThreadMoved): boolean {
      if (!('refused' in outcome)) return false;
      const last = 'newSince' in outcome ? outcome.newSince.at(-1) : undefined;
      const who = last === undefined || last.author.kind === 'customer' ? 'The customer' : last.authorName;
      say(`${who} wrote just now. Read it, then decide again.`, { tone: 'bad' });
      return true;
    },
  };
}
