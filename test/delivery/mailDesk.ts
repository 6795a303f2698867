/** A desk with an address of mail, at a local Resend, and what the tests of delivery ask of both. */
import type { ConvexHttpClient } from 'convex/browser';
import { expect, vi } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Doc, Id, TableNames } from '../../convex/_generated/dataModel.js';
import { readList, readerOf, readShared } from '../../convex/readShared.setup.ts';
import { type LocalResend, type ResendOptions, startResend } from '../../providers/resend/start.ts';
import { callAsAdmin } from '../../scripts/adminCall.ts';
import { setUpDesk, startTestDesk, type TestDesk } from '../journeys/harness.ts';
import { connectAddress, support } from '../journeys/mailDesk.ts';

export interface MailDesk {
  desk: TestDesk;
  resend: LocalResend;
  operator: ConvexHttpClient;
  teamId: Id<'teams'>;
  channelId: Id<'channels'>;
  stop(): Promise<void>;
}

/** `domain`: that of its address, where it is not `acme.example`. */
export async function startMailDesk(options: ResendOptions, domain?: string): Promise<MailDesk> {
  const resend = await startResend({ retryScale: 0.001, ...options });
  const desk = await startTestDesk({ app: false });
  const { operator, teamId } = await setUpDesk(desk);
  const channelId = await connectAddress({ desk, resend, operator, teamId, domain });
  const stop = async () => {
    await resend.stop();
    await desk.dispose();
  };
  return { desk, resend, operator, teamId, channelId, stop };
}

/** All documents of a table. */
export async function rowsOf<Table extends TableNames>(
  { desk }: Pick<MailDesk, 'desk'>,
  table: Table,
): Promise<Doc<Table>[]> {
  const deployment = { url: desk.settings.url, adminKey: desk.engine.adminKey };
  const rows: Doc<Table>[] = [];
  type Page = { page: Doc<Table>[]; isDone: boolean; continueCursor: string };
  for (let cursor: string | null = null; ;) {
    const args = { table, order: 'asc', paginationOpts: { numItems: 500, cursor } };
    const read: Page = await callAsAdmin(deployment, 'query', '_system/cli/tableData', args);
    rows.push(...read.page);
    if (read.isDone) return rows;
    cursor = read.continueCursor;
  }
}

/** A conversation by mail that a person has taken over. */
export interface Thread {
  customer: string;
  conversationId: Id<'conversations'>;
  epoch: number;
}

/** Each customer asks for a person by mail, and the owner takes over. */
export async function takeOverThreads(
  { desk, resend, operator, teamId }: MailDesk,
  customers: string[],
): Promise<Thread[]> {
  const text = 'Let me talk to a person.';
  const write = (from: string) => resend.receive({ from, to: support, text });
  const isAnswered = (each: string) => resend.log.acceptedFor(each).length > 0;
  const answered = (those: string[]) =>
    vi.waitFor(() => expect(those.filter((each) => !isAnswered(each))).toEqual([]), {
      timeout: 60_000 + 500 * those.length,
    });
  // By the first answer the desk learns how many a second the provider takes.
  await write(customers[0]!);
  await answered(customers.slice(0, 1));
  for (const from of customers.slice(1)) await write(from);
  await answered(customers);
  const owners = new Map(
    (await rowsOf({ desk }, 'mailThreads')).map(({ conversationId, to }) => [conversationId, to]),
  );
  const threads: Thread[] = [];
  const read = readerOf(operator, teamId);
  for (const number of await readList(read, { list: 'all' })) {
    const { ticket } = (await read(api.tickets.get, { number }))!;
    const { conversationId, _id: ticketId } = ticket;
    await operator.mutation(api.tickets.takeOver, { teamId, ticketId });
    const { control } = (await read(api.tickets.get, { number }))!;
    threads.push({ customer: owners.get(conversationId)!, conversationId, epoch: control.epoch });
  }
  expect(threads.map(({ customer }) => customer).toSorted()).toEqual(customers.toSorted());
  return threads;
}

/** As whoever has just read all of it; who was overtaken by the customer reads again. */
export async function replyTo(
  { operator, teamId }: MailDesk,
  { conversationId, epoch }: Thread,
  text: string,
  byMail?: { channelId: Id<'channels'> },
): Promise<void> {
  for (;;) {
    const { lastSequence: seenThrough } = await readShared(operator, api.conversations.head, {
      teamId,
      conversationId,
    });
    const written = { teamId, conversationId, text, clientMessageId: text, epoch, seenThrough };
    const outcome = await operator.mutation(api.messages.reply, {
      ...written,
      ...(byMail === undefined ? {} : { byMail }),
    });
    if ('sent' in outcome) return;
    expect(outcome).toMatchObject({ refused: 'THREAD_MOVED' });
  }
}
