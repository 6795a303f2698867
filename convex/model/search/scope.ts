/** Whom and what a search's operators mean, found among the team's people and agents; within which the index is asked. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import type { Operator, SearchQuery } from '../../shared/search/parseSearch';
import { foundWords, holdsWord, isNaming, textToFind } from '../../shared/search/words';

type Reader = Pick<QueryCtx, 'db'>;

/** What rows must equal; each absent one is any. */
export interface Within {
  authorId?: string;
  customerId?: Id<'customers'>;
  agentId?: Id<'agents'>;
}

export interface Scope {
  /** A row is within one of them. */
  within: Within[];
  /** Whose tickets are meant, where the search names customers; null: it names none. */
  customers: Doc<'searchPeople'>[] | null;
  agentIds: Id<'agents'>[] | null;
  /** Names nobody has: nothing can be found. */
  unknown: { operator: Operator; value: string }[];
  isCut: boolean;
}

/** People a name may mean, and customers that are shown beside tickets. */
const mostPeople = 5;
const mostCandidates = 50;
const mostMembers = 500;
const mostAgents = 100;

const meansAll = (words: string, wanted: readonly string[]): boolean =>
  wanted.every((word) => holdsWord(words, word));

interface Called {
  people: Doc<'searchPeople'>[];
  /** More than these are called so. */
  isCut: boolean;
}

/** Customers whose names and addresses hold words like these, those that hold most of them first. */
export async function findPeople(
  ctx: Reader,
  teamId: Id<'teams'>,
  wanted: readonly string[],
): Promise<Called> {
  // The index is not asked for single letters: whoever is found by the others is looked at for them.
  const named = wanted.filter(isNaming);
  if (named.length === 0) return { people: [], isCut: false };
  const found = await ctx.db
    .query('searchPeople')
    .withSearchIndex('search_words', (q) => q.search('words', named.join(' ')).eq('teamId', teamId))
    .take(mostCandidates);
  const held = ({ words }: Doc<'searchPeople'>) => wanted.filter((word) => holdsWord(words, word)).length;
  const people = found
    .filter((each) => held(each) > 0)
    .sort((a, b) => held(b) - held(a))
    .slice(0, mostPeople);
  return { people, isCut: found.filter((each) => held(each) === wanted.length).length > mostPeople };
}

async function customersCalled(ctx: Reader, teamId: Id<'teams'>, name: string) {
  const wanted = foundWords(name);
  const { people, isCut } = await findPeople(ctx, teamId, wanted);
  return { people: people.filter(({ words }) => meansAll(words, wanted)), isCut };
}

/** Those who have left, too: what they wrote is still there. */
async function membersCalled(
  ctx: Reader,
  me: Doc<'members'>,
  name: string,
): Promise<Pick<Doc<'members'>, '_id'>[]> {
  if (name.toLowerCase() === 'me') return [me];
  const members = await ctx.db
    .query('members')
    .withIndex('by_teamId_and_removedAt', (q) => q.eq('teamId', me.teamId))
    .take(mostMembers);
  const wanted = foundWords(name);
  return members.filter((each) => meansAll(textToFind(each.name), wanted)).slice(0, mostPeople);
}

async function agentsCalled(ctx: Reader, teamId: Id<'teams'>, name: string): Promise<Doc<'agents'>[]> {
  const agents = await ctx.db
    .query('agents')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .take(mostAgents);
  const wanted = foundWords(name);
  return agents.filter((each) => meansAll(textToFind(each.name), wanted)).slice(0, mostPeople);
}

const mostWithin = 8;

export async function readScope(ctx: Reader, me: Doc<'members'>, query: SearchQuery): Promise<Scope> {
  const { teamId } = me;
  const unknown: Scope['unknown'] = [];
  let within: Within[] = [{}];
  const narrow = (by: Within[]) =>
    (within = within.flatMap((each) => by.map((more) => ({ ...each, ...more }))));
  let customers: Doc<'searchPeople'>[] | null = null;
  let agentIds: Id<'agents'>[] | null = null;
  let areMore = false;
  if (query.from !== null) {
    const called = await customersCalled(ctx, teamId, query.from);
    customers = called.people;
    areMore = called.isCut;
    const members = await membersCalled(ctx, me, query.from);
    const authors = [...customers.map(({ customerId }) => customerId), ...members.map(({ _id }) => _id)];
    if (authors.length === 0) unknown.push({ operator: 'from', value: query.from });
    narrow(authors.map((authorId) => ({ authorId })));
  }
  if (query.to !== null) {
    const called = await customersCalled(ctx, teamId, query.to);
    customers = called.people;
    areMore ||= called.isCut;
    if (customers.length === 0) unknown.push({ operator: 'to', value: query.to });
    narrow(customers.map(({ customerId }) => ({ customerId })));
  }
  if (query.agent !== null) {
    agentIds = (await agentsCalled(ctx, teamId, query.agent)).map(({ _id }) => _id);
    if (agentIds.length === 0) unknown.push({ operator: 'agent', value: query.agent });
    narrow(agentIds.map((agentId) => ({ agentId })));
  }
  const isCut = areMore || within.length > mostWithin;
  return { within: within.slice(0, mostWithin), customers, agentIds, unknown, isCut };
}
