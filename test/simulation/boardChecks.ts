import { api } from '../../convex/_generated/api.js';
import { readList, readTakeovers } from '../../convex/readShared.setup.ts';
import { isActive, priorities } from '../../convex/shared/tickets/tickets.js';
import { ascending, same, type TicketPage } from './checks.ts';
import type { Desk, World } from './driver.ts';
import type { Twin } from './twin.ts';

/**
 * [B1] Every number of the board is as long as the list it opens, and each list is who it says: told from the tickets
 * themselves once more.
 */
export async function checkBoard(
  { read, readAsManager }: Desk,
  { memberIds }: Pick<World, 'memberIds'>,
  { conversations }: Pick<Twin, 'conversations'>,
): Promise<void> {
  const numbers = conversations.flatMap(({ tickets }) => tickets.map(({ number }) => number));
  const pages: TicketPage[] = [];
  for (const number of numbers) pages.push((await read(api.tickets.get, { number }))!);
  const active = pages.filter(({ ticket }) => isActive(ticket.status));
  const numbersOf = (of: TicketPage[]) => ascending(of.map(({ ticket }) => ticket.number));

  const nobodys = active.filter(
    ({ ticket }) => ticket.assigneeId === undefined && ticket.snoozedUntil === undefined,
  );
  const shown = await readAsManager(api.board.unassigned, {});
  for (const priority of priorities) {
    const list = await readList(read, { list: 'unassigned', filters: { priority } });
    same(`Board: ${priority}`, shown[priority], list.length);
    same(
      `Board: list of ${priority}`,
      ascending(list),
      numbersOf(nobodys.filter((each) => each.ticket.priority === priority)),
    );
  }

  const held = active.filter(({ control }) => control.holder === 'operator');
  const counts = await readAsManager(api.board.held, {});
  const all = await readTakeovers(readAsManager);
  same('Board: live takeovers', counts.all, all.length);
  same('Board: list of live takeovers', ascending(all), numbersOf(held));
  const ofTeam = await readTakeovers(readAsManager, 'team');
  same('Board: held by the team', counts.byTeam, ofTeam.length);
  same(
    'Board: list of the team',
    ascending(ofTeam),
    numbersOf(held.filter(({ control }) => control.operatorId === null)),
  );

  const longest = await readAsManager(api.board.longest, {});
  const [first] = await readList(read, { list: 'needsReply' });
  same('Board: longest wait', longest?.number, first);
  for (const memberId of memberIds) {
    const { held: count, tickets } = await readAsManager(api.board.operator, { memberId });
    const theirs = await readTakeovers(readAsManager, memberId);
    same(`Board: held by ${memberId}`, count, theirs.length);
    same(
      `Board: list of ${memberId}`,
      ascending(theirs),
      numbersOf(held.filter(({ control }) => control.operatorId === memberId)),
    );
    const assigned = await readList(read, { list: 'assigned', memberId });
    same(`Board: tickets of ${memberId}`, tickets, assigned.length);
  }
}
