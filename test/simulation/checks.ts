/** What must hold after every step, read back through the functions the app itself uses. */
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api.js';
import { readList, readPages } from '../../convex/readShared.setup.ts';
import { type Happening, happeningsIn } from '../../convex/measures.setup.ts';
import { replayTicket } from '../../convex/shared/tickets/ticketState.js';
import type { Desk, World } from './driver.ts';
import { tags } from './steps.ts';
import type { Twin } from './twin.ts';

type Entries = FunctionReturnType<typeof api.conversations.page>;
export type TicketPage = NonNullable<FunctionReturnType<typeof api.tickets.get>>;
type Row = NonNullable<FunctionReturnType<typeof api.tickets.row>>;
type TwinConversation = Twin['conversations'][number];

function fail(what: string, found: unknown, expected: unknown): never {
  throw new Error(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}

export function same(what: string, found: unknown, expected: unknown): void {
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
  const { memberIds } = world;
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
  const drafts = await desk.read(api.conversations.suppressedDrafts, { conversationId });
  same('Suppressed drafts', drafts.length, Math.min(twin.suppressed, 20));
  for (const ticket of twin.tickets) {
    const page = await desk.read(api.tickets.get, { number: ticket.number });
    if (page === null) fail('Ticket', null, ticket);
    const { status, assigneeId, tags } = page.ticket;
    same(
      `Ticket #${ticket.number}`,
      { status, assignee: positionOf(assigneeId, memberIds), tags },
      { status: ticket.status, assignee: ticket.assignee, tags: ticket.tags },
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

/** [T1, B2, E3, E5] Numbers 1..n; every ticket in exactly one list as it is, and where it belongs; the counts are a recount. */
export async function checkRows({ read }: Desk, { memberIds }: World, twin: Twin): Promise<void> {
  const numbers = twin.conversations.flatMap(({ tickets }) => tickets.map(({ number }) => number));
  same(
    'Numbers',
    ascending(numbers),
    [...numbers.keys()].map((index) => index + 1),
  );
  const lists = {
    active: await readList(read, { list: 'all' }),
    snoozed: await readList(read, { list: 'snoozed' }),
    resolved: await readList(read, { list: 'resolved' }),
    closed: await readList(read, { list: 'closed' }),
  };
  same('Listed', ascending(Object.values(lists).flat()), ascending(numbers));
  const unassigned = await readList(read, { list: 'unassigned' });
  const needsReply = await readList(read, { list: 'needsReply' });
  const counts = {
    all: lists.active.length,
    closed: lists.closed.length,
    needsReply: needsReply.length,
    resolved: lists.resolved.length,
    snoozed: lists.snoozed.length,
    unassigned: unassigned.length,
  };
  same('Counts', await read(api.tickets.counts, {}), counts);
  const waiting: number[] = [];
  for (const number of lists.active)
    if ((await read(api.tickets.get, { number }))!.ticket.waitingSince !== undefined) waiting.push(number);
  same('Needs reply', needsReply, waiting);
  const assigned = new Map<string, number[]>([['none', unassigned]]);
  for (const memberId of memberIds) {
    const theirs = await readList(read, { list: 'assigned', memberId });
    same('Count', await read(api.tickets.countOf, { memberId }), theirs.length);
    assigned.set(memberId, theirs);
  }
  await checkNarrowed(read, lists);
  for (const [bucket, inOrder] of Object.entries(lists)) {
    let before: Row | undefined;
    for (const number of inOrder) {
      const page = (await read(api.tickets.get, { number }))!;
      const row = (await read(api.tickets.row, { number }))!;
      await checkRow(read, row, page);
      const { status, snoozedUntil, assigneeId = 'none' } = page.ticket;
      const ofActive = snoozedUntil === undefined ? 'active' : 'snoozed';
      same(`List of #${number}`, bucket, isActive(status) ? ofActive : status);
      if (bucket === 'active') same(`Assigned #${number}`, listsWith(assigned, number), [assigneeId]);
      same(`#${number} after #${before?.number}`, !before || isBehind(bucket, before, row), true);
      before = row;
    }
  }
}

/** [B2] Counted again, ticket by ticket: each agent's, and in every list those of each tag. */
async function checkNarrowed(read: Desk['read'], lists: Record<string, number[]>): Promise<void> {
  const ofAgents = new Map<string, number[]>();
  const counted = new Map<string, number>();
  for (const [bucket, inOrder] of Object.entries(lists)) {
    const list = bucket === 'active' ? 'all' : (bucket as 'snoozed' | 'resolved' | 'closed');
    const tagged = new Map<string, number[]>(tags.map((tag) => [tag, []]));
    for (const number of inOrder) {
      const { agent, ticket } = (await read(api.tickets.get, { number }))!;
      for (const tag of ticket.tags) tagged.get(tag)?.push(number);
      if (bucket === 'active') ofAgents.set(agent._id, [...(ofAgents.get(agent._id) ?? []), number]);
    }
    for (const [tag, those] of tagged) {
      if (those.length > 0) counted.set(tag, (counted.get(tag) ?? 0) + those.length);
      same(`${list} with ${tag}`, await readList(read, { list, filters: { tag } }), those);
    }
  }
  for (const { tag, count } of await read(api.tickets.tags, {}))
    if ((tags as readonly string[]).includes(tag)) same(`Count of ${tag}`, count, counted.get(tag));
  const counts = await read(api.tickets.countsOfAgents, {});
  same('Agents with tickets', Object.keys(counts).toSorted(), [...ofAgents.keys()].toSorted());
  for (const [agentId, theirs] of ofAgents) {
    same(`Count of ${agentId}`, counts[agentId as keyof typeof counts], theirs.length);
    const filters = { agentId: agentId as keyof typeof counts };
    same(`List of ${agentId}`, await readList(read, { list: 'all', filters }), theirs);
    const newest = await readList(read, { list: 'all', filters, sort: 'newest' });
    same(`Newest of ${agentId}`, newest, ascending(theirs).toReversed());
  }
}

/** [A4] What each carries is the sum over their tickets, weighed here once more. */
export async function checkLoads({ read, readAsManager }: Desk, { conversations }: Twin): Promise<void> {
  const sums = new Map<string, number>();
  for (const { number } of conversations.flatMap(({ tickets }) => tickets)) {
    const { ticket, control } = (await read(api.tickets.get, { number }))!;
    const { assigneeId, status } = ticket;
    if (assigneeId === undefined || !isActive(status)) continue;
    sums.set(assigneeId, (sums.get(assigneeId) ?? 0) + weightOf(ticket, control.operatorId === assigneeId));
  }
  for (const { memberId } of await read(api.members.list, {})) {
    const { load } = await readAsManager(api.board.operator, { memberId });
    same(`Load of ${memberId}`, load, sums.get(memberId) ?? 0);
  }
}

/** Nothing while it sleeps; a whole one for whoever speaks with the customer or lets them wait; else half. */
function weightOf({ snoozedUntil, waitingOn, waitingSince }: TicketPage['ticket'], isHeld: boolean): number {
  if (snoozedUntil !== undefined) return 0;
  return isHeld || (waitingSince !== undefined && waitingOn === undefined) ? 1 : 0.5;
}

/** [B1, B2] What the board adds up is what the threads tell, counted once more by an oracle, whatever has been counted by then. */
export async function checkMeasures(
  { read, readAsManager }: Desk,
  { conversationIds }: World,
): Promise<void> {
  const told: Happening[] = [];
  for (const conversationId of conversationIds) {
    const entries = await readPages(read, conversationId);
    told.push(...happeningsIn({ agentId: '', channel: '', entries: entries as never }, Date.now()));
  }
  const now = { minute: Math.floor(Date.now() / 60_000), hours: 24 };
  const handovers = await readAsManager(api.reports.handovers, now);
  const share = await readAsManager(api.reports.share, now);
  const causes = new Map<string, number>();
  for (const { kind, cause = '' } of told)
    if (kind === 'handover') causes.set(cause, (causes.get(cause) ?? 0) + 1);
  const inOrder = (all: Iterable<readonly [string, number]>) =>
    [...all].map((each) => each.join(' ')).toSorted();
  same('Handovers', inOrder(handovers.lately.map(({ cause, count }) => [cause, count])), inOrder(causes));
  const count = (wanted: string) => told.filter(({ kind }) => kind === wanted).length;
  same('Share', share.today, { begun: count('begun'), withPerson: count('withPerson') });
}

export const ascending = (numbers: number[]) => numbers.toSorted((a, b) => a - b);
const isActive = (status: string) => status === 'new' || status === 'open';

function listsWith(lists: Map<string, number[]>, number: number): string[] {
  return [...lists].filter(([, numbers]) => numbers.includes(number)).map(([assignee]) => assignee);
}

/** Whoever waits longest, or wakes next, comes first; what has ended, newest first. */
function isBehind(bucket: string, before: Row, { at, number }: Row): boolean {
  const later = at === before.at ? number > before.number : at > before.at;
  return bucket === 'active' || bucket === 'snoozed' ? later : !later;
}

async function checkRow(read: Desk['read'], row: Row, { ticket, control }: TicketPage): Promise<void> {
  const { status, priority, waitingSince, conversationId, resolvedAt, closedAt } = ticket;
  const entries = await readPages(read, conversationId);
  const said = entries.filter(({ kind, author }) => kind === 'message' && author.kind !== 'system');
  const endedAt = status === 'closed' ? closedAt : resolvedAt;
  const expected = {
    status,
    priority,
    holder: isActive(status) ? control.holder : 'agent',
    operatorName: isActive(status) ? control.operatorName : null,
    at: isActive(status) ? (waitingSince ?? said.at(-1)?.at ?? row.at) : endedAt,
  };
  for (const [key, value] of Object.entries(expected)) {
    same(`Row of #${ticket.number}: ${key}`, row[key as keyof Row], value);
  }
}
