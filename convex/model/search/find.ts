/**
 * Finding (docs/rules.md T9, E3): what is said in threads, subjects, customers by name and address, tickets by number.
 *
 * 1. What the operators mean is looked up, and narrows inside the index.
 * 2. The index gives rows that hold some of the words; customers, a number and, where there is no word it could be asked,
 *    the newest tickets give conversations, too.
 * 3. These are looked at, the likeliest first, until a page is full: all words must be there, and what changes often (status,
 *    tags, whose it is) is asked of the ticket.
 *
 * Each step is bounded, and the answer says where something was left out.
 */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { isEmptySearch, operators, type SearchQuery } from '../../shared/search/parseSearch';
import { holdsWord } from '../../shared/search/words';
import { emailOf, listIdentities } from '../conversation/identities';
import { personName, personOf } from '../conversation/persons';
import { type Asked, beforeOf, findMatches, type Matches, tellingWords } from './matches';
import { conversationsOf, recentTickets } from './recent';
import { findPeople, readScope, type Scope } from './scope';
import { type Candidate, coveredBy, type FoundThread, lookAt, type Seeker, vFoundThread } from './threads';

type Reader = Pick<QueryCtx, 'db'>;
type Person = Doc<'searchPeople'>;

const vSaid = v.array(
  v.object({
    operator: v.union(...operators.map((each) => v.literal(each))),
    value: v.string(),
  }),
);

export const vFound = v.object({
  threads: v.array(vFoundThread),
  people: v.array(
    v.object({
      customerId: v.id('customers'),
      name: v.string(),
      address: v.union(v.string(), v.null()),
    }),
  ),
  /** What is marked where it stands, folded. */
  words: v.array(v.string()),
  /** Operators whose value says nothing, and names nobody has. */
  unclear: vSaid,
  unknown: vSaid,
  /** What an operator or a ticket writes is found by a word of it. */
  needsWord: v.boolean(),
  /** Not everything was looked at, or shown. */
  isCut: v.boolean(),
  /** Of a search before a day: as far back as was looked, `2026-03`, where there may be more before it. */
  walkedTo: v.union(v.string(), v.null()),
});
export type Found = Infer<typeof vFound>;

const mostLookedAt = 120;
const lookedAtOnce = 20;

export async function find(
  ctx: Reader,
  me: Doc<'members'>,
  asked: Asked,
  /** So many threads at most. */
  most: number,
): Promise<Found> {
  const { query } = asked;
  const { words, unclear, isCut } = query;
  const answer: Found = {
    ...{ threads: [], people: [], words, unclear, unknown: [], needsWord: false, isCut, walkedTo: null },
  };
  if (isEmptySearch(query)) return answer;
  const scope = await readScope(ctx, me, query);
  if (scope.unknown.length > 0) return { ...answer, unknown: scope.unknown };
  const isOfMembers = query.from !== null && scope.customers?.length === 0;
  if (isOfMembers && tellingWords(query).length === 0) return { ...answer, needsWord: true };
  const { candidates, people, matches, ...gathered } = await gather(ctx, asked, scope);
  const seeker: Seeker = { ...asked, me, scope };
  const { threads, hasMore } = await lookThrough(ctx, seeker, candidates, most);
  return {
    ...answer,
    threads,
    people: await showPeople(ctx, people),
    isCut: isCut || scope.isCut || matches.isCut || gathered.isCut || hasMore,
    walkedTo: matches.walkedTo,
  };
}

interface Gathered {
  candidates: Candidate[];
  /** Customers whose names hold every word. */
  people: Person[];
  matches: Matches;
  isCut: boolean;
}

async function gather(ctx: Reader, asked: Asked, scope: Scope): Promise<Gathered> {
  const { query, teamId } = asked;
  const telling = tellingWords(query);
  const ofNotes = query.is.includes('note');
  const named = scope.customers === null && !ofNotes ? await findPeople(ctx, teamId, telling) : null;
  const called = named?.people ?? [];
  const matches = await findMatches(ctx, asked, alsoOf(scope, called, query));
  const candidates = new Map<Id<'conversations'>, Candidate>();
  const add = (conversationId: Id<'conversations'>, at: number) => {
    const known = candidates.get(conversationId) ?? { conversationId, rows: [], at };
    candidates.set(conversationId, known);
    return known;
  };
  for (const row of matches.rows) {
    if (!ofNotes || row.kind === 'note') add(row.conversationId, row.at).rows.push(row);
  }
  const customers = [...(ofNotes ? [] : (scope.customers ?? [])), ...called];
  for (const { customerId } of customers) {
    for (const { _id, _creationTime } of await conversationsOf(ctx, customerId)) add(_id, _creationTime);
  }
  const recent =
    telling.length === 0 && customers.length === 0
      ? await recentTickets(ctx, teamId, query, beforeOf(asked))
      : { tickets: [], isCut: false };
  for (const { conversationId, openedAt } of recent.tickets) add(conversationId, openedAt);
  const numbered = query.number === null ? null : await ticketOf(ctx, teamId, query.number);
  if (numbered !== null) add(numbered.conversationId, numbered.openedAt).numbered = numbered;
  const people = called.filter((each) => query.words.every((word) => holdsWord(each.words, word)));
  const isCut = recent.isCut || (people.length > 0 && named?.isCut === true);
  return { candidates: [...candidates.values()], people, matches, isCut };
}

const mostCalled = 3;

/** "anna refund": what the Annas' threads say of refunds, however many others speak of them. */
function alsoOf(scope: Scope, called: Person[], { words }: SearchQuery): Scope {
  const [only, ...others] = scope.within;
  if (only === undefined || others.length > 0 || words.length < 2) return scope;
  const ofPeople = called.slice(0, mostCalled).map(({ customerId }) => ({ ...only, customerId }));
  return { ...scope, within: [only, ...ofPeople] };
}

function ticketOf(ctx: Reader, teamId: Id<'teams'>, number: number): Promise<Doc<'tickets'> | null> {
  return ctx.db
    .query('tickets')
    .withIndex('by_teamId_and_number', (q) => q.eq('teamId', teamId).eq('number', number))
    .unique();
}

async function lookThrough(
  ctx: Reader,
  seeker: Seeker,
  candidates: Candidate[],
  most: number,
): Promise<{ threads: FoundThread[]; hasMore: boolean }> {
  const { words } = seeker.query;
  const isFirst = ({ numbered }: Candidate) => (numbered === undefined ? 0 : 1);
  const likely = candidates
    .map((each) => ({ each, held: coveredBy(each.rows, words), at: newestOf(each) }))
    .sort((a, b) => isFirst(b.each) - isFirst(a.each) || b.held - a.held || b.at - a.at)
    .map(({ each }) => each);
  const threads: FoundThread[] = [];
  let looked = 0;
  while (looked < Math.min(likely.length, mostLookedAt) && threads.length <= most) {
    const next = likely.slice(looked, looked + lookedAtOnce);
    looked += next.length;
    const found = await Promise.all(next.map((each) => lookAt(ctx, seeker, each)));
    threads.push(...found.filter((each) => each !== null));
  }
  const number = seeker.query.number;
  const shown = threads
    .slice(0, most)
    .sort((a, b) => Number(b.ticket?.number === number) - Number(a.ticket?.number === number) || b.at - a.at);
  return { threads: shown, hasMore: threads.length > most || looked < likely.length };
}

const newestOf = ({ rows, at }: Candidate): number =>
  rows.reduce((newest, row) => Math.max(newest, row.at), rows.length === 0 ? at : 0);

/** Each once, however many customers they are: said to be one, or one user of a site by its own word. */
async function showPeople(ctx: Reader, people: Person[]): Promise<Found['people']> {
  const shown = new Map<Id<'customers'>, Found['people'][number]>();
  const users = new Set<string>();
  for (const { customerId } of people) {
    const customer = await ctx.db.get(customerId);
    if (customer === null) continue;
    const person = await personOf(ctx, customer);
    const email = (await emailOf(ctx, person)) ?? (await emailOf(ctx, customer));
    const theirs = (await listIdentities(ctx, customerId, 'user')).map(
      ({ scope, value }) => `${scope} ${value}`,
    );
    const isShown = shown.has(person._id) || theirs.some((user) => users.has(user));
    for (const user of theirs) users.add(user);
    if (isShown) continue;
    const name = await personName(ctx, person);
    shown.set(person._id, { customerId: person._id, name, address: email?.address ?? null });
  }
  return [...shown.values()];
}
