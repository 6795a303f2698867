/**
 * What an operator's inbox page keeps open, as subscriptions, and what else the bench reads as an operator would. The
 * only place of the bench that knows the screens' queries: they are those of src/convex, asked as the page asks them.
 */
import type { Id } from '../../convex/_generated/dataModel.js';
import { api } from '../../convex/_generated/api.js';
import { ConvexClient } from 'convex/browser';
import { SyncClient, type Watched } from '../support/syncClient.ts';
import type { BenchConversation, BenchDesk, BenchOperator, BenchTeam } from './desks.ts';

/** Rows that the list loads, and entries that a thread does. */
const FIRST_PAGE = 50;
/** As the official client numbers its paginated queries. */
const firstPage = (id: number) => ({ numItems: FIRST_PAGE, cursor: null, id });

/** A socket that is signed in as this operator. */
export async function signIn({ settings }: BenchDesk, { token }: BenchOperator): Promise<SyncClient> {
  const client = await SyncClient.open(settings.url);
  client.authenticate(token);
  return client;
}

/** The inbox with the list of all tickets and one of them open. Resolves when everything on it is there. */
export async function openInboxPage(
  client: SyncClient,
  { teamId }: BenchTeam,
  { number, conversationId }: BenchConversation,
): Promise<void> {
  await client.open([{ path: 'me:get', args: {} }]);
  await client.open([
    ...listQueries(teamId),
    { path: 'tickets:get', args: { teamId, number } },
    ...threadQueries(teamId, conversationId),
  ]);
}

function listQueries(teamId: Id<'teams'>): Watched[] {
  return [
    { path: 'members:list', args: { teamId } },
    { path: 'tickets:counts', args: { teamId } },
    { path: 'tickets:list', args: { teamId, view: 'all', paginationOpts: firstPage(0) } },
  ];
}

function threadQueries(teamId: Id<'teams'>, conversationId: Id<'conversations'>): Watched[] {
  const of = { teamId, conversationId };
  return [
    { path: 'conversations:entries', args: { ...of, paginationOpts: firstPage(1) } },
    { path: 'conversations:suppressedDrafts', args: of },
    { path: 'conversations:typing', args: of },
    { path: 'drafts:get', args: of },
  ];
}

/** [A4] What each member of the team carries, as the settings show it. */
export async function readLoads(
  client: SyncClient,
  { teamId }: BenchTeam,
): Promise<{ memberId: Id<'members'>; load: number }[]> {
  const [loads] = await client.ask<[{ memberId: Id<'members'>; load: number }[]]>([
    { path: 'members:loads', args: { teamId } },
  ]);
  return loads;
}

/** The id of a ticket, and the epoch of its conversation. */
export async function readTicket(
  client: SyncClient,
  { teamId }: BenchTeam,
  { number }: BenchConversation,
): Promise<{ ticketId: Id<'tickets'>; epoch: number; lastSequence: number }> {
  const [{ ticket, control, lastSequence }] = await client.ask<
    [{ ticket: { _id: Id<'tickets'> }; control: { epoch: number }; lastSequence: number }]
  >([{ path: 'tickets:get', args: { teamId, number } }]);
  return { ticketId: ticket._id, epoch: control.epoch, lastSequence };
}

/** The list as the official client keeps it; tells what it shows of each ticket whenever it has changed. */
export function watchOfficially(
  { settings }: BenchDesk,
  { teamId }: BenchTeam,
  { token }: BenchOperator,
  onPreview: (preview: string) => void,
): { close: () => Promise<void> } {
  const client = new ConvexClient(settings.url);
  client.setAuth(() => Promise.resolve(token));
  client.onUpdate(api.tickets.list, { teamId, view: 'all', paginationOpts: firstPage(0) }, ({ page }) =>
    page.forEach(({ preview }) => onPreview(preview)),
  );
  return client;
}
