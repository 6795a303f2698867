/** What a manager does from the board: each act with its words, and a steal asked for first (docs/rules.md C5). */
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { useAssign, useTakeOver } from '../../convex/tickets';
import { useSetLimit, useSetStatusOf } from '../../convex/members';
import { useMembership } from '../../convex/session';
import type { MemberStatus } from '../../../convex/shared/people/people';
import { describeError, refusalOf } from '../../lib/errors';
import { Confirm } from '../../ui/dialog';
import { notify } from '../../ui/toast';

interface OfTicket {
  ticketId: Id<'tickets'>;
  number: number;
}

type Steal = { expectedEpoch: number };

interface Asked {
  title: string;
  confirm: string;
  name: string;
  go: () => void;
}

export type BoardActs = ReturnType<typeof useBoardActs>;

export function useBoardActs() {
  const { teamId } = useMembership();
  const navigate = useNavigate();
  const takeOver = useTakeOver();
  const assign = useAssign();
  const setStatusOf = useSetStatusOf();
  const setLimit = useSetLimit();
  const [asked, setAsked] = useState<Asked | null>(null);

  async function attempt(act: () => Promise<unknown>, done?: string): Promise<void> {
    try {
      await act();
      if (done) notify(done);
    } catch (error) {
      notify(describeError(error), { tone: 'bad' });
    }
  }

  /** Where a person holds, the refusal says who, under which epoch: that is what the confirmation is about. */
  async function mayBeSteal(
    act: (steal?: Steal) => Promise<void>,
    words: { title: (name: string) => string; confirm: string },
  ): Promise<void> {
    try {
      await act();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal?.code !== 'CONTROL_HELD') {
        notify(describeError(error), { tone: 'bad' });
        return;
      }
      const { holderName, epoch } = refusal.details;
      const name = String(holderName);
      const steal = { expectedEpoch: Number(epoch) };
      const go = () => void attempt(() => act(steal));
      setAsked({ title: words.title(name), confirm: words.confirm, name, go });
    }
  }

  return {
    asked,
    forget: () => setAsked(null),
    /** Goes on to the ticket: whoever takes over writes next. */
    takeOver: ({ ticketId, number }: OfTicket) =>
      mayBeSteal(
        async (steal) => {
          await takeOver({ teamId, ticketId, ...(steal && { steal }) });
          await navigate({ to: '/inbox/$view/$number', params: { view: 'mine', number: String(number) } });
        },
        { title: (name) => `Take over from ${name}?`, confirm: 'Take over' },
      ),
    /** To nobody with null. */
    assign: ({ ticketId, number }: OfTicket, to: { memberId: Id<'members'>; name: string } | null) =>
      mayBeSteal(
        async (confirmSteal) => {
          const memberId = to?.memberId ?? null;
          await assign({ teamId, ticketId, memberId, ...(confirmSteal && { confirmSteal }) });
          notify(to ? `#${number} given to ${to.name}.` : `#${number} unassigned.`);
        },
        { title: (name) => `Take this from ${name}?`, confirm: 'Reassign' },
      ),
    setStatus: (memberId: Id<'members'>, status: MemberStatus) =>
      attempt(() => setStatusOf({ teamId, memberId, status })),
    setLimit: (memberId: Id<'members'>, limit: number) =>
      attempt(() => setLimit({ teamId, memberId, limit })),
  };
}

export function ConfirmSteal({ acts: { asked, forget } }: { acts: BoardActs }) {
  return (
    <Confirm
      open={asked !== null}
      onOpenChange={(open) => !open && forget()}
      title={asked?.title ?? ''}
      description={`${asked?.name} is told. Their unsent text is kept for them.`}
      confirm={asked?.confirm ?? ''}
      keep="Leave it"
      onConfirm={() => asked?.go()}
    />
  );
}
