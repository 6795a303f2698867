/** What of the board stands in its address: the list that is open, and whether it hangs on a wall. */
import type { Id } from '../../../convex/_generated/dataModel';
import { priorities, type Priority } from '../../../convex/shared/tickets/tickets';
import type { BoardList, HolderId } from '../../convex/board';

export interface BoardSearch {
  list?: BoardList['list'] | undefined;
  priority?: Priority | undefined;
  /** A member's id, or "team". */
  of?: string | undefined;
  wall?: true | undefined;
}

const lists = ['waiting', 'due', 'help', 'unassigned', 'assigned', 'held'] as const;

/** What an address says that means nothing is left out. */
export function readSearch(given: { [Key in keyof BoardSearch]?: unknown }): BoardSearch {
  const list = lists.find((each) => each === given.list);
  const priority = priorities.find((each) => each === given.priority);
  return {
    ...(list && { list }),
    ...(list === 'unassigned' && priority && { priority }),
    ...(typeof given.of === 'string' && { of: given.of }),
    ...(given.wall === true && { wall: true as const }),
  };
}

/** The list that is open; null: none, so on a phone the numbers are seen. */
export function listOf({ list, priority, of }: BoardSearch): BoardList | null {
  if (list === undefined || (list === 'assigned' && of === undefined)) return null;
  if (list === 'waiting' || list === 'due' || list === 'help') return { list };
  if (list === 'unassigned') return { list, ...(priority && { priority }) };
  // Whether there is such a member is looked up where it is shown.
  if (list === 'assigned') return { list, of: of as Id<'members'> };
  return { list, ...(of !== undefined && { of: of as HolderId }) };
}

export const isSameList = (a: BoardList, b: BoardList) => JSON.stringify(a) === JSON.stringify(b);
