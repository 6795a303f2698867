/**
 * What an operator's inbox page keeps open, as subscriptions, and what else the bench reads as an operator would. The
 * only place of the bench that knows the screens' queries: they are those of src/convex, asked as the page asks them.
 */
import { ConvexClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { SyncClient, type Watched } from '../support/syncClient.ts';
import type { BenchDesk, BenchOperator, BenchTeam } from './desks.ts';

/** A socket on which an operator is signed in, with the key to what the team shares. */
export interface SignedIn {
  client: SyncClient;
  desk: BenchDesk;
  team: BenchTeam;
  operator: BenchOperator;
  readKeys: ReadKeys;
}

interface ReadKeys {
  operator: string;
  /** Of managers only: what it opens are figures about people. */
  manager?: string;
}

interface Me {
  memberships: { teamId: Id<'teams'>; readKeys: ReadKeys }[];
}
interface List {
  numbers: number[];
}
interface Page {
  ticket: { _id: Id<'tickets'>; conversationId: Id<'conversations'> };
  control: { epoch: number };
}
interface Head {
  lastSequence: number;
}

/** Lines in a window of 900 px, and those beyond its edge that the virtual list keeps (src/features/inbox). */
const ROWS = 13 + 8;
/** Entries of a page of a thread. */
const PAGE = 10;

/** Its page has asked who it is, and goes on being told. */
export async function signIn(desk: BenchDesk, team: BenchTeam, operator: BenchOperator): Promise<SignedIn> {
  const client = await SyncClient.open(desk.settings.url);
  client.authenticate(operator.token);
  const [me] = await client.open<[Me]>([{ path: 'me:get', args: {} }]);
  const { readKeys } = me.memberships.find(({ teamId }) => teamId === team.teamId)!;
  return { client, desk, team, operator, readKeys };
}

function shared(
  { team: { teamId }, readKeys }: SignedIn,
  path: string,
  args: object = {},
  role: keyof ReadKeys = 'operator',
): Watched {
  return { path, args: { ...args, teamId, readKey: readKeys[role] } };
}

/** The inbox with the list of all tickets and one of them open. Resolves when everything on it is there. */
export async function openInboxPage(signedIn: SignedIn, number: number): Promise<void> {
  const { client, operator } = signedIn;
  const ofMe = { memberId: operator.memberId };
  const [{ numbers }] = await client.open<[List, ...unknown[]]>([
    shared(signedIn, 'tickets:list', { list: 'all' }),
    shared(signedIn, 'tickets:counts'),
    shared(signedIn, 'tickets:countOf', ofMe),
    shared(signedIn, 'members:list'),
    shared(signedIn, 'members:status', ofMe),
  ]);
  await client.open(numbers.slice(0, ROWS).map((each) => shared(signedIn, 'tickets:row', { number: each })));
  const at = numbers.indexOf(number);
  await openTicket(signedIn, number);
  // Those beside the open one, for the next press of J or K.
  for (const beside of [numbers[at - 1], numbers[at + 1]])
    if (beside !== undefined) await warmTicket(signedIn, beside);
}

/** What the board of a manager shows before a list is opened (src/convex/board.ts). `minute`: until when what is due is asked for. */
function boardOf(signedIn: SignedIn, minute: number): Watched[] {
  const managed = (path: string, args: object = {}) => shared(signedIn, path, args, 'manager');
  return [
    shared(signedIn, 'tickets:counts'),
    shared(signedIn, 'tickets:due', { minute }),
    managed('board:unassigned'),
    managed('board:longest'),
    managed('board:held'),
    ...signedIn.team.operators.map(({ memberId }) => managed('board:operator', { memberId })),
  ];
}

const DUE_WITHIN = 15;

export async function openBoard(signedIn: SignedIn): Promise<void> {
  await signedIn.client.open(boardOf(signedIn, Math.floor(Date.now() / 60_000) + DUE_WITHIN));
}

/** All of it, once; another `turn` asks for what is due until another minute. */
export async function askBoard(signedIn: SignedIn, turn: number): Promise<void> {
  await signedIn.client.ask(boardOf(signedIn, 20_000_000 + turn));
}

async function openTicket(signedIn: SignedIn, number: number): Promise<void> {
  const conversationId = await warmTicket(signedIn, number);
  const of = { conversationId };
  await signedIn.client.open([
    shared(signedIn, 'conversations:suppressedDrafts', of),
    shared(signedIn, 'conversations:typing', of),
    { path: 'drafts:get', args: { ...of, teamId: signedIn.team.teamId } },
  ]);
}

/** The ticket, what moves in its conversation, and its newest pages: the next entry's and the one before. */
async function warmTicket(signedIn: SignedIn, number: number): Promise<Id<'conversations'>> {
  const { client } = signedIn;
  const [{ ticket }] = await client.open<[Page]>([shared(signedIn, 'tickets:get', { number })]);
  const { conversationId } = ticket;
  const [{ lastSequence }] = await client.open<[Head]>([
    shared(signedIn, 'conversations:head', { conversationId }),
  ]);
  const newest = Math.floor(lastSequence / PAGE);
  const pages = [newest, newest - 1].filter((page) => page >= 0);
  await client.open(pages.map((page) => shared(signedIn, 'conversations:page', { conversationId, page })));
  return conversationId;
}

/** How many of the team's active tickets somebody has. */
export async function countAssigned(signedIn: SignedIn): Promise<number> {
  type Counts = { all: number; unassigned: number };
  const [{ all, unassigned }] = await signedIn.client.ask<[Counts]>([shared(signedIn, 'tickets:counts')]);
  return all - unassigned;
}

/** [A4] What each of the team's operators carries, as the board shows it to a manager. */
export async function readLoads(signedIn: SignedIn): Promise<number[]> {
  const { operators } = signedIn.team;
  const asked = operators.map(({ memberId }) => shared(signedIn, 'board:operator', { memberId }, 'manager'));
  return (await signedIn.client.ask<{ load: number }[]>(asked)).map(({ load }) => load);
}

/** What an operator's mutation names. */
export async function readTicket(
  signedIn: SignedIn,
  number: number,
): Promise<{ ticketId: Id<'tickets'>; epoch: number; lastSequence: number }> {
  const { client } = signedIn;
  const [{ ticket, control }] = await client.ask<[Page]>([shared(signedIn, 'tickets:get', { number })]);
  const { _id: ticketId, conversationId } = ticket;
  const [{ lastSequence }] = await client.ask<[Head]>([
    shared(signedIn, 'conversations:head', { conversationId }),
  ]);
  return { ticketId, epoch: control.epoch, lastSequence };
}

/** A line of the list as the official client keeps it; tells what it shows whenever it has changed. */
export function watchOfficially(
  { desk, team: { teamId }, operator, readKeys }: SignedIn,
  number: number,
  onPreview: (preview: string) => void,
): { close: () => Promise<void> } {
  const client = new ConvexClient(desk.settings.url);
  client.setAuth(() => Promise.resolve(operator.token));
  client.onUpdate(
    api.tickets.row,
    { teamId, readKey: readKeys.operator, number },
    (row) => row && onPreview(row.preview),
  );
  return client;
}
