/** The keys of the board's list: walked as in the inbox, and what is done to the ticket one has come to. */
import { useRef, useState } from 'react';
import { openCommandMenu, useActions } from '../../actions/registry';
import { useNavigate } from '@tanstack/react-router';
import { useMembers } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { type TicketRow, useTicketRow } from '../../convex/ticketLists';
import { isActive } from '../../../convex/shared/tickets/tickets';
import type { BoardActs } from './acts';

export function useRowActions(rows: readonly number[], acts: BoardActs, reveal: (index: number) => void) {
  const navigate = useNavigate();
  const members = useMembers() ?? [];
  const { memberId } = useMembership();
  // What was pressed a moment ago counts, drawn or not.
  const at = useRef<number | null>(null);
  const [current, setCurrent] = useState<number | null>(null);
  const row = useTicketRow(current ?? 0, 0);
  const latest = useRef<{ number: number; row: TicketRow } | null>(null);
  if (row && row.number === current) latest.current = { number: row.number, row };

  function choose(number: number, known?: TicketRow) {
    at.current = number;
    if (known) latest.current = { number, row: known };
    setCurrent(number);
  }
  const step = (by: 1 | -1): number | undefined => {
    const from = at.current === null ? -1 : rows.indexOf(at.current);
    return from < 0 ? rows[0] : rows[from + by];
  };
  const walk = (by: 1 | -1) => {
    const next = step(by);
    if (next === undefined) return;
    choose(next);
    reveal(rows.indexOf(next));
  };
  const chosen = (): TicketRow | null => {
    const known = latest.current;
    return known !== null && known.number === at.current && rows.includes(known.number) ? known.row : null;
  };
  const enabled = () => {
    const ticket = chosen();
    return ticket !== null && isActive(ticket.status);
  };
  const me = members.find((member) => member.memberId === memberId);

  useActions({
    'list.next': { run: () => walk(1), enabled: () => step(1) !== undefined },
    'list.previous': { run: () => walk(-1), enabled: () => step(-1) !== undefined },
    'list.open': {
      run: () =>
        void navigate({
          to: '/inbox/$view/$number',
          params: { view: 'all', number: String(at.current) },
        }),
      enabled: () => at.current !== null && rows.includes(at.current),
    },
    'ticket.takeOver': { run: () => void acts.takeOver(chosen()!), enabled },
    'ticket.assign': {
      enabled,
      choices: () =>
        members.map((member) => ({
          id: member.memberId,
          label: member.name,
          hint: `Limit ${member.limit}`,
          run: () => void acts.assign(chosen()!, member),
        })),
    },
    'ticket.assignToMe': { enabled, run: () => me && void acts.assign(chosen()!, me) },
    'ticket.unassign': {
      enabled: () => enabled() && chosen()!.assigneeId !== null,
      run: () => void acts.assign(chosen()!, null),
    },
  });

  return { current, choose };
}

/** To whom, in the menu that can be searched: a team has up to 200 people. */
export const askForAssignee = () => openCommandMenu('ticket.assign');
