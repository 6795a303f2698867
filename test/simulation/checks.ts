/** What must hold after every step, read back through the functions the app itself uses. */
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api.js';
import { replayTicket } from '../../convex/shared/tickets/ticketState.js';
import type { Desk, World } from './driver.ts';
import type { Twin } from './twin.ts';

type Entries = FunctionReturnType<typeof api.conversations.entries>['page'];
type TicketPage = NonNullable<FunctionReturnType<typeof api.tickets.oldGet>>;
type Row = FunctionReturnType<typeof api.tickets.oldList>['page'][number];
type TwinConversation = Twin['conversations'][number];

function fail(what: string, found: unknown, expected: unknown): never {
  throw new Error(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}

function same(what: string, found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) fail(what, found, expected);
}

/** [C1, C2, C7] Read off the thread alone: nobody but the holder has spoken, and no agent after a takeover. */
export function checkOneVoice(entries: Entries): void {
  let holder = 'agent';
  let epoch = 1;
  for (const { sequence, kind, author, event } of entries) {
    if (event?.type === 'controlTaken' || event?.type === 'controlReturned') {
      same(`Epoch at entry ${sequence}`, event.epoch, ++epoch);
      holder = event.type === 'controlReturned' ? 'agent' : (event.to ?? 'team');
    }
    if (kind !== 'message') continue;
    if (author.kind === 'agent' && holder !== 'agent') fail(`Voice at entry ${sequence}`, 'agent', holder);
    if (author.kind === 'operator' && holder !== author.memberId) {
      fail(`Voice at entry ${sequence}`, author.memberId, holder);
    }
  }
}

/** The conversation is what the twin says, its sequence has no gap, and its tickets are the replay of it (T8). */
export async function checkThread(
  desk: Desk,
  world: World,
  twin: TwinConversation,
  entries: Entries,
  position: number,
): Promise<void> {
  const { teamId, memberIds } = world;
  const conversationId = world.conversationIds[position]!;
  same(
    'Sequence',
    entries.map(({ sequence }) => sequence),
    entries.map((_, index) => index + 1),
  );
  same(
    'Thread',
    entries.map(wordOf),
    twin.thread.map(({ what }) => what),
  );
  const spoken = (what: string) => what === 'message' || what === 'note';
  same(
    'Speakers',
    entries.filter(({ kind }) => spoken(kind)).map(({ author }) => speaker(author, memberIds)),
    twin.thread.filter(({ what }) => spoken(what)).map(({ by }) => by),
  );
  const drafts = await desk.run(api.conversations.suppressedDrafts, { teamId, conversationId }, 0);
  same('Suppressed drafts', drafts.length, Math.min(twin.suppressed, 20));
  for (const ticket of twin.tickets) {
    const page = await desk.run(api.tickets.oldGet, { teamId, number: ticket.number }, 0);
    if (page === null) fail('Ticket', null, ticket);
    const { status, assigneeId } = page.ticket;
    same(
      `Ticket #${ticket.number}`,
      { status, assignee: positionOf(assigneeId, memberIds) },
      {
        status: ticket.status,
        assignee: ticket.assignee,
      },
    );
    checkReplay(page, entries);
    const { holder, operatorId, epoch } = page.control;
    const who = holder === 'agent' ? 'agent' : (positionOf(operatorId ?? undefined, memberIds) ?? 'team');
    same('Control', { who, epoch }, { who: twin.holder, epoch: twin.epoch });
  }
  if (typeof twin.holder === 'number') {
    const held = twin.tickets.find(({ status }) => status === 'open');
    same('Assignee of a held ticket', held?.assignee, twin.holder);
  }
}

function wordOf({ kind, event }: Entries[number]): string {
  if (event === undefined) return kind;
  return event.type === 'controlTaken' || event.type === 'controlReturned' ? 'boundary' : event.type;
}

function speaker(author: Entries[number]['author'], memberIds: string[]) {
  return author.kind === 'operator' ? positionOf(author.memberId, memberIds) : author.kind;
}

function positionOf(memberId: string | undefined, memberIds: string[]): number | null {
  return memberId === undefined ? null : memberIds.indexOf(memberId);
}

/** [T8] */
function checkReplay({ ticket }: TicketPage, entries: Entries): void {
  const replayed = replayTicket(entries, ticket._id);
  if (replayed === null) fail(`Replay of #${ticket.number}`, null, ticket);
  for (const [key, value] of Object.entries(replayed)) {
    same(`Replay of ${key} of #${ticket.number}`, ticket[key as keyof typeof ticket], value);
  }
}

/** [T1, B2, E3] Numbers 1..n; every ticket in exactly one list as it is; the counts are a recount. */
export async function checkRows(desk: Desk, world: World, twin: Twin): Promise<void> {
  const { teamId, memberIds } = world;
  const numbers = twin.conversations.flatMap(({ tickets }) => tickets.map(({ number }) => number));
  same(
    'Numbers',
    numbers.toSorted((a, b) => a - b),
    numbers.map((_, index) => index + 1),
  );
  const rowsOf = async (view: 'mine' | 'unassigned' | 'all' | 'resolved' | 'closed', as: number) =>
    (
      await desk.run(
        api.tickets.oldList,
        { teamId, view, paginationOpts: { numItems: 1000, cursor: null } },
        as,
      )
    ).page;
  const all = await rowsOf('all', 0);
  const unassigned = await rowsOf('unassigned', 0);
  const rows = [...all, ...(await rowsOf('resolved', 0)), ...(await rowsOf('closed', 0))];
  same(
    'Listed',
    rows.map(({ number }) => number).toSorted((a, b) => a - b),
    numbers.toSorted((a, b) => a - b),
  );
  for (const as of memberIds.keys()) {
    const counts = await desk.run(api.tickets.oldCounts, { teamId }, as);
    const mine = await rowsOf('mine', as);
    same('Counts', counts, { all: all.length, mine: mine.length, unassigned: unassigned.length });
    same(
      'Mine',
      mine.every(({ assignee }) => assignee === memberIds[as]),
      true,
    );
  }
  for (const row of rows) {
    const page = await desk.run(api.tickets.oldGet, { teamId, number: row.number }, 0);
    if (page !== null) checkRow(row, page);
  }
}

function checkRow(row: Row, { ticket, control }: TicketPage): void {
  const isActive = ticket.status === 'new' || ticket.status === 'open';
  const { status, priority, assigneeId = 'none', waitingSince, waitingOn, snoozedUntil } = ticket;
  const expected = {
    bucket: isActive ? 'active' : status,
    status,
    priority,
    assignee: assigneeId,
    waitingSince,
    waitingOn,
    snoozedUntil,
    holder: isActive ? control.holder : 'agent',
    operatorId: isActive ? (control.operatorId ?? undefined) : undefined,
    sortAt: waitingSince ?? row.lastMessageAt,
  };
  for (const [key, value] of Object.entries(expected)) {
    same(`Row of #${ticket.number}: ${key}`, row[key as keyof Row], value);
  }
}
