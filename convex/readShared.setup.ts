/**
 * Reads what everybody in a team sees alike, as its screens do: with the key that `me.get` hands to a member now. Two dots in
 * the name: not bundled.
 */
import type { FunctionArgs, FunctionReference, FunctionReturnType } from 'convex/server';
import { api } from './_generated/api.js';
import type { Id } from './_generated/dataModel.js';
import type { Position } from './shared/tickets/lists.js';
import { isBriefStale } from './shared/tickets/tickets.ts';

/** A signed-in person, on convex-test or over HTTP. */
interface Person {
  query: unknown;
}

type Shared = FunctionReference<'query', 'public', { teamId: Id<'teams'>; readKey: string }>;

type KeyRole = 'operator' | 'manager';

/** The key with which this person reads for their team; empty, which opens nothing, if they are not in it. */
export async function readKeyOf(
  person: Person,
  teamId: Id<'teams'>,
  role: KeyRole = 'operator',
): Promise<string> {
  const { memberships } = await ask(person, api.me.get, {});
  return memberships.find((each) => each.teamId === teamId)?.readKeys[role] ?? '';
}

/** A key that turned while it was on its way is asked for again, as screens do. */
export async function readShared<Query extends Shared>(
  person: Person,
  query: Query,
  args: Omit<FunctionArgs<Query>, 'readKey'> & { teamId: Id<'teams'> },
  role: KeyRole = 'operator',
): Promise<FunctionReturnType<Query>> {
  const readWith = (readKey: string) => ask(person, query, { ...args, readKey } as FunctionArgs<Query>);
  const readKey = await readKeyOf(person, args.teamId, role);
  try {
    return await readWith(readKey);
  } catch (refused) {
    const turned = await readKeyOf(person, args.teamId, role);
    if (turned === readKey) throw refused;
    return readWith(turned);
  }
}

/** Reads for one team, whoever carries it out. */
export type ReadTeam = <Query extends Shared>(
  query: Query,
  args: Omit<FunctionArgs<Query>, 'teamId' | 'readKey'>,
) => Promise<FunctionReturnType<Query>>;

export function readerOf(person: Person, teamId: Id<'teams'>, role: KeyRole = 'operator'): ReadTeam {
  return (query, args) => readShared(person, query, { ...args, teamId } as never, role);
}

/** [A4] What each member carries: figures about people, so for managers. */
export async function readLoads(
  person: Person,
  teamId: Id<'teams'>,
): Promise<{ memberId: Id<'members'>; load: number }[]> {
  const members = await readShared(person, api.members.list, { teamId });
  return Promise.all(
    members.map(async ({ memberId }) => {
      const { load } = await readShared(person, api.board.operator, { teamId, memberId }, 'manager');
      return { memberId, load };
    }),
  );
}

type OfTicket = { teamId: Id<'teams'>; number: number };
type OfConversation = { teamId: Id<'teams'>; conversationId: Id<'conversations'> };

/** A ticket as its pane shows it: the page, and what moves in its conversation. */
export async function readTicket(person: Person, { teamId, number }: OfTicket) {
  const read = readerOf(person, teamId);
  const page = await read(api.tickets.get, { number });
  if (page === null) return null;
  const head = await read(api.conversations.head, { conversationId: page.ticket.conversationId });
  return { ...page, ...head, isBriefStale: isBriefStale(page.ticket, head) };
}

/** The whole thread, oldest first. */
export async function readThread(person: Person, { teamId, conversationId }: OfConversation) {
  return readPages(readerOf(person, teamId), conversationId);
}

export async function readPages(read: ReadTeam, conversationId: Id<'conversations'>) {
  const { lastSequence } = await read(api.conversations.head, { conversationId });
  const pages = [];
  for (let page = 0; page * 10 < lastSequence; page++) {
    pages.push(await read(api.conversations.page, { conversationId, page }));
  }
  return pages.flat();
}

type List = Omit<FunctionArgs<typeof api.tickets.list>, 'teamId' | 'readKey' | 'after'>;

/** The numbers of a whole list, in its order. */
export async function readList(read: ReadTeam, list: List) {
  const numbers: number[] = [];
  for (let after: Position | undefined; ;) {
    const page = await read(api.tickets.list, { ...list, after });
    numbers.push(...page.numbers);
    if (page.next === null) return numbers;
    after = page.next;
  }
}

/** The numbers of all live takeovers, or of those of one holder, in their order. */
export async function readTakeovers(
  read: ReadTeam,
  holder?: FunctionArgs<typeof api.board.takeovers>['holder'],
): Promise<number[]> {
  const numbers: number[] = [];
  for (let after: FunctionArgs<typeof api.board.takeovers>['after']; ;) {
    const page = await read(api.board.takeovers, { holder, after });
    numbers.push(...page.numbers);
    if (page.next === null) return numbers;
    after = page.next;
  }
}

function ask<Query extends FunctionReference<'query'>>(
  person: Person,
  query: Query,
  args: FunctionArgs<Query>,
): Promise<FunctionReturnType<Query>> {
  // Each of the clients has types of its own for the same thing.
  const client = person as {
    query: (query: Query, args: FunctionArgs<Query>) => Promise<FunctionReturnType<Query>>;
  };
  return client.query(query, args);
}
