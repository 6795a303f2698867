/** Open sockets of people whose right has ended (docs/rules.md E5): what was shared with them shows nothing more. */
import { ConvexClient } from 'convex/browser';
import { getFunctionName } from 'convex/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readKeyOf } from '../../convex/readShared.setup.ts';
import { openShop, type Shop } from '../costs/shop.ts';
import { until } from '../engine/harness.ts';
import { joinTeam, startTestDesk, type TestDesk } from './harness.ts';

let desk: TestDesk;
let shop: Shop;
let conversationId: Id<'conversations'>;
let written = 0;

const says = (text: string) =>
  shop.customer.mutation(api.web.send, { text, clientMessageId: `m${++written}` });

beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  shop = await openShop(desk);
  await says('Hello');
  await shop.customer.mutation(api.web.askForPerson, {});
  const readKey = await readKeyOf(shop.owner, shop.teamId);
  const page = await shop.owner.query(api.tickets.get, { teamId: shop.teamId, readKey, number: 1 });
  ({ conversationId } = page!.ticket);
}, 60_000);
afterAll(() => desk?.dispose());

const join = (name: string) => joinTeam(desk, shop, { name, email: `${name}@northpeak.example` });

/** Everything a socket hears, with what is open on it. */
function watch(readKey: string) {
  const shared = { teamId: shop.teamId, readKey };
  const screens = [
    [api.tickets.list, { list: 'all' }],
    [api.tickets.row, { number: 1 }],
    [api.tickets.counts, {}],
    [api.tickets.get, { number: 1 }],
    [api.conversations.head, { conversationId }],
    [api.conversations.page, { conversationId, page: 0 }],
    [api.members.list, {}],
  ] as const;
  const heard: string[] = [];
  const failed = new Map<string, unknown>();
  const shown = new Set<string>();
  class Heard extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      this.on('message', (data: Buffer) => heard.push(data.toString()));
    }
  }
  const client = new ConvexClient(desk.settings.url, { webSocketConstructor: Heard as never, logger: false });
  for (const [query, args] of screens) {
    const name = getFunctionName(query);
    client.onUpdate(
      query,
      { ...args, ...shared } as never,
      () => void shown.add(name),
      (error) => void failed.set(name, (error as { data?: { code: string } }).data?.code),
    );
  }
  const names = screens.map(([query]) => getFunctionName(query));
  return { client, heard, failed, shown, names };
}

test('[E5] [R1] a removed member’s open socket shows nothing after the commit that removed them', async () => {
  const { client, memberId } = await join('ben');
  const { teamId, owner } = shop;
  const screen = watch(await readKeyOf(client, teamId));
  await until(() => screen.shown.size === screen.names.length, 'the screen is full');
  await says('Is my parcel on its way?');
  await until(() => screen.heard.some((text) => text.includes('my parcel')), 'the screen is live');

  const removed = owner.mutation(api.members.remove, { teamId, memberId });
  await removed;
  const from = screen.heard.length;
  await says('Something for the team alone');
  await until(() => screen.failed.size === screen.names.length, 'nothing is open any more', 1_000);
  await says('And something more');
  const readKey = await readKeyOf(owner, teamId);
  const page = { teamId, readKey, conversationId, page: 0 };
  expect(JSON.stringify(await owner.query(api.conversations.page, page))).toContain('something more');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(new Set(screen.failed.values())).toEqual(new Set(['NOT_FOUND']));
  for (const text of screen.heard.slice(from)) {
    expect(text).not.toContain('QueryUpdated');
    expect(text).not.toContain('the team alone');
  }
  await screen.client.close();
});

test('[E5] a sign-out ends what hands the keys to the session, on every socket of it, within a second', async () => {
  const { client, token } = await join('cleo');
  const tabs = [1, 2].map(() => {
    const options = { webSocketConstructor: WebSocket as never, logger: false as const };
    const tab = new ConvexClient(desk.settings.url, options);
    tab.setAuth(async () => token);
    const seen = { tab, keys: 0, code: '' };
    tab.onUpdate(
      api.me.get,
      {},
      () => void (seen.keys += 1),
      (error) => void (seen.code = (error as { data?: { code?: string } }).data?.code ?? String(error)),
    );
    return seen;
  });
  await until(() => tabs.every(({ keys }) => keys > 0), 'both tabs have their keys');
  await client.action(api.auth.signOut, {});
  await until(() => tabs.every(({ code }) => code === 'NOT_SIGNED_IN'), 'both tabs have lost them', 1_000);
  await Promise.all(tabs.map(({ tab }) => tab.close()));
});
