/** The people of a folder of before, who come back to their desk, and what it holds, read past the desk. */
import { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import type { Doc, Id, TableNames } from '../../convex/_generated/dataModel.js';
import { documentsOf } from '../faults/support.ts';
import type { Contents, Folder, HostedDesk } from './folder.ts';

export interface Job {
  name: string;
  args: [Record<string, unknown>];
  scheduledTime: number;
  state: { kind: string };
}

/** All documents of a table; the desk must be stopped. */
export function rowsOf<Table extends TableNames>(folder: Folder, table: Table): Doc<Table>[] {
  return documentsOf(folder.dataDir, table) as Doc<Table>[];
}

export function jobsOf(folder: Folder): Job[] {
  return documentsOf(folder.dataDir, '_scheduled_functions') as Job[];
}

/** Signs in with the password of before. */
export async function signIn(
  { url }: HostedDesk,
  name: string,
  { password }: Contents,
): Promise<ConvexHttpClient> {
  const client = new ConvexHttpClient(url, { logger: false });
  const params = { flow: 'signIn', email: `${name}@northpeak.example`, password };
  const { tokens } = await client.action(api.auth.signIn, { provider: 'password', params });
  client.setAuth(tokens!.token);
  return client;
}

/** As the outside agent, with its key of before. */
export async function callApi(
  { siteUrl }: HostedDesk,
  { key }: Contents,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${siteUrl}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- what the wire says is what the test looks at
  return { status: response.status, body: (await response.json()) as any };
}

/** Work that goes on while the data is brought up to date; every acknowledged text must be there once, and nothing else. */
export class Load {
  readonly acknowledged: string[] = [];
  readonly takenOver: Id<'conversations'>[] = [];
  #over = false;
  #work: Promise<unknown>;

  constructor(desk: HostedDesk, contents: Contents, ana: ConvexHttpClient, waiting: Id<'conversations'>[]) {
    const { teamId, conversations } = contents;
    const write = async (position: number) => {
      for (let n = 1; !this.#over; n++) {
        const text = `Under load, ${position}: ${n}`;
        const path = `/conversations/${conversations.answered}/customer-messages`;
        const { status } = await callApi(desk, contents, path, { text });
        if (status < 300) this.acknowledged.push(text);
      }
    };
    const takeOver = async () => {
      for (const conversationId of waiting) {
        if (this.#over) return;
        await ana.mutation(api.tickets.takeOverConversation, { teamId, conversationId });
        this.takenOver.push(conversationId);
      }
    };
    this.#work = Promise.all([write(1), write(2), takeOver()]);
  }

  async end(): Promise<void> {
    this.#over = true;
    await this.#work;
  }
}
