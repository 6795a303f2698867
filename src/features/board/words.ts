import type { MemberStatus } from '../../../convex/shared/people/people';
import type { Priority } from '../../../convex/shared/tickets/tickets';
import type { BoardList } from '../../convex/board';

export const priorityWords: Record<Priority, string> = {
  low: 'Low',
  normal: 'Normal',
  high: 'High',
  urgent: 'Urgent',
};
export const statusWords: Record<MemberStatus, string> = {
  online: 'Online',
  busy: 'Busy',
  away: 'Away',
  offline: 'Offline',
};

/** `name`: of the person it is about. */
export function titleOf(of: BoardList, name: string): string {
  switch (of.list) {
    case 'waiting':
      return 'Waiting, longest first';
    case 'due':
      return 'Due, nearest first';
    case 'help':
      return 'Calls for help, oldest first';
    case 'unassigned':
      return of.priority ? `Unassigned, ${priorityWords[of.priority].toLowerCase()}` : 'Unassigned';
    case 'assigned':
      return `Tickets of ${name}`;
    case 'held':
      if (of.of === undefined) return 'Live takeovers';
      return of.of === 'team' ? 'Held by nobody in particular' : `Live takeovers of ${name}`;
  }
}

export const emptyWords: Record<BoardList['list'], string> = {
  waiting: 'Nobody waits for a person.',
  due: 'Nothing is due soon.',
  help: 'Nobody asks for help.',
  unassigned: 'Everything here has somebody.',
  assigned: 'No open tickets.',
  held: 'No person holds a conversation here.',
};
