/**
 * Every public function and route of a whole desk with the largest input it takes, by whoever may call it: each answers or
 * refuses in words of the desk, and none holds up the one thread that serves everybody (docs/rules.md E4).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { Webhook } from 'standardwebhooks';
import { api } from '../../convex/_generated/api.js';
import { basePath, operations } from '../../convex/http/api/operations.ts';
import {
  maxArgsCharacters,
  maxBodyBytes,
  maxCallBytes,
  maxEventBytes,
} from '../../convex/shared/kit/limits.ts';
import type { Json } from '../../convex/permissions.setup.ts';
import { readKeyOf } from '../../convex/readShared.setup.ts';
import { callAsAdmin } from '../../scripts/adminCall.ts';
import { EDGES } from '../../engine/values/edges.ts';
import { startTestDesk, type TestDesk } from '../journeys/harness.ts';
import { openShop, type Shop } from './shop.ts';
import { longestHold } from './standstill.ts';

/** Of CPU time, and many times what is reached (50): this machine does other things, and collects garbage. */
const HOLD_MS = 400;

/** How large a call is made: characters of each text, items of each list, characters in all. */
const most = maxArgsCharacters * 0.9;
const sizes = [
  // The whole body that the desk takes, in one text; what is over the desk's own limits is refused.
  { text: maxCallBytes * 0.9, items: 1, most: maxCallBytes * 0.9 },
  { text: most, items: 1, most },
  { text: 20_000, items: 150, most },
  { text: 500, items: 1_000, most },
  { text: 60, items: 5, most },
];
type Size = (typeof sizes)[number];

interface PublicFunction {
  path: string;
  kind: 'query' | 'mutation' | 'action';
  args: Json;
}

let desk: TestDesk;
let shop: Shop;
let agentKey: string;
let functions: PublicFunction[];
const ids = new Map<string, string>();
/** What has to be right for a call to get anywhere. */
const known: Record<string, string> = { provider: 'password' };

beforeAll(async () => {
  desk = await startTestDesk({ app: false, showsErrors: true });
  shop = await openShop(desk);
  const { owner, customer, teamId } = shop;
  await customer.mutation(api.web.send, { text: 'I want to speak to a person', clientMessageId: 'first' });
  await customer.mutation(api.web.askForPerson, {});
  const agentId = await owner.mutation(api.agents.create, { teamId, name: 'Outside', kind: 'external' });
  agentKey = (await owner.mutation(api.agents.createKey, { teamId, agentId, name: 'k' })).key;
  known.readKey = await readKeyOf(owner, teamId);
  functions = await publicFunctions();
}, 60_000);
afterAll(() => desk?.dispose());

const asked = <T>(path: string, args: object) =>
  callAsAdmin<T>({ url: desk.settings.url, adminKey: desk.engine.adminKey }, 'query', path, args);

interface Described {
  identifier?: string;
  functionType: string;
  visibility?: { kind: string };
  args: Json;
}

/** What ends the session of whoever calls comes last. */
const ending = ['members:remove', 'password:change', 'sessions:endOthers', 'sessions:end', 'auth:signOut'];

async function publicFunctions(): Promise<PublicFunction[]> {
  const spec = await asked<Described[]>('_system/cli/modules:apiSpec', {});
  const found = spec.flatMap(({ identifier, functionType, visibility, args }) =>
    identifier !== undefined && visibility?.kind === 'public'
      ? [
          {
            path: identifier.replace('.js:', ':'),
            kind: functionType.toLowerCase() as PublicFunction['kind'],
            args,
          },
        ]
      : [],
  );
  return found.toSorted((a, b) => ending.indexOf(a.path) - ending.indexOf(b.path));
}

/** A document of the table that the caller may see; where there is none, of another table. */
async function idIn(table: string): Promise<string> {
  if (!ids.has(table)) {
    const args = { table, order: 'asc', paginationOpts: { numItems: 1, cursor: null } };
    const { page } = await asked<{ page: { _id: string }[] }>('_system/cli/tableData', args).catch(() => ({
      page: [],
    }));
    ids.set(table, page[0]?._id ?? shop.teamId);
  }
  return ids.get(table)!;
}

/** Arguments that pass the validator, with everything that may be left out, and each as large as `size` says. */
async function fullArgs(validator: Json, size: Size, name = ''): Promise<unknown> {
  switch (validator.type) {
    case 'string':
      return known[name] ?? wordsOf(Math.min(size.text, size.most));
    case 'number':
      return size.items;
    case 'boolean':
      return true;
    case 'literal':
      return validator.value;
    case 'id':
      return idIn(validator.tableName);
    case 'any':
      return { email: 'ana@northpeak.example', password: wordsOf(Math.min(size.text, size.most / 2)) };
    case 'array': {
      const each = { text: size.text, items: Math.min(size.items, 5), most: size.most / size.items };
      return Array(size.items).fill(await fullArgs(validator.value, each));
    }
    case 'union': {
      const choices = validator.value.filter(({ type }) => type !== 'null');
      return fullArgs(choices.at(-1)!, size, name);
    }
    case 'object': {
      const fields = Object.entries(validator.value);
      const each = { ...size, most: Math.floor(size.most / Math.max(1, fields.length)) };
      const made: Record<string, unknown> = {};
      for (const [key, { fieldType }] of fields) made[key] = await fullArgs(fieldType, each, key);
      return made;
    }
    default:
      return validator.type === 'null' ? null : {};
  }
}

const wordsOf = (characters: number) => 'word '.repeat(characters / 5 + 1).slice(0, characters);

/** Refusals in words of the desk, or of the engine about arguments. Anything else is a fault of ours that a caller met. */
const refusals = /Invalid arguments|ArgumentValidationError|is not a valid ID|Value does not match validator/;

async function call(
  client: ConvexHttpClient,
  { path, kind }: PublicFunction,
  args: unknown,
): Promise<string> {
  const run = client[kind] as (...given: unknown[]) => Promise<unknown>;
  try {
    await run.call(client, makeFunctionReference(path), args);
    return 'answered';
  } catch (error) {
    const { data, message } = error as Error & { data?: { code?: string; paginationError?: string } };
    if (data?.paginationError === 'InvalidCursor') return 'INVALID_CURSOR';
    const ofEngine = /^{"code":"(\w+)"/.exec(message)?.[1];
    return data?.code ?? ofEngine ?? (refusals.test(message) ? 'INVALID_ARGUMENTS' : message);
  }
}

describe('[E4] [E2] [E1] the largest input', () => {
  // First: what is called below ends sessions, too.
  it('of what a mail provider tells is read or refused, signed and forged, and holds nobody up', async () => {
    const { owner, teamId } = shop;
    const secret = `whsec_${btoa('a secret of twenty-four bytes or more')}`;
    const mail = { address: 'a@mail.example', senderName: '', replyAddress: 'a@in.mail.example' };
    const [agent] = await owner.query(api.agents.list, { teamId, readKey: known.readKey! });
    const agentId = agent!._id;
    const connected = { teamId, agentId, name: 'Mail', mail, webhookSecret: secret };
    const channelId = await owner.mutation(api.channels.connectAddress, connected);
    const channels = await owner.query(api.channels.list, { teamId, readKey: known.readKey! });
    const { publicId } = channels.find(({ _id }) => _id === channelId)!;
    const knock = async (id: string, by: string) => {
      const begun = JSON.stringify({ type: 'email.opened', data: { email_id: id, to: '' } });
      const body = begun.replace('"to":""', `"to":"${'x'.repeat(maxEventBytes - begun.length)}"`);
      const at = new Date();
      const headers = {
        'content-type': 'application/json',
        'svix-id': id,
        'svix-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'svix-signature': new Webhook(by).sign(id, at, body),
      };
      const path = `${desk.settings.siteUrl}/channels/email/${publicId}`;
      return fetch(path, { method: 'POST', headers, body });
    };
    const forged = `whsec_${btoa('another secret of many many bytes')}`;
    for (const [by, status] of [
      [secret, 200],
      [forged, 401],
    ] as const) {
      const statuses: number[] = [];
      const ms = await longestHold(
        async () => {
          const answers = await Promise.all([1, 2, 3, 4].map((each) => knock(`${status} ${each}`, by)));
          statuses.push(...answers.map((answer) => answer.status));
        },
        { times: 1, quietMs: 2 },
      );
      expect(statuses).toEqual([status, status, status, status]);
      expect(ms, `${status}`).toBeLessThan(HOLD_MS);
    }
  }, 60_000);

  it('of every public function is answered or refused in a word, and holds nobody up', async () => {
    const held: Record<string, number> = {};
    const said: Record<string, string[]> = {};
    for (const fn of functions) {
      const client = fn.path.startsWith('web:') ? shop.customer : shop.owner;
      for (const size of sizes) {
        const args = await fullArgs(fn.args, size);
        const name = `${fn.path} ${size.text}`;
        held[name] = await longestHold(
          async () => (said[fn.path] ??= []).push(await call(client, fn, args)),
          {
            times: 1,
            quietMs: 2,
          },
        );
      }
    }
    expect(Object.keys(said).length).toBeGreaterThan(60);
    const odd = Object.entries(said).filter(([, words]) => words.some((word) => !/^\w+$/.test(word)));
    expect(odd).toEqual([]);
    expect(Object.entries(held).filter(([, ms]) => ms > HOLD_MS)).toEqual([]);
  }, 120_000);

  it('of every route is answered or refused with a code, and holds nobody up', async () => {
    const { url, siteUrl } = desk.settings;
    const conversationId = await idIn('conversations');
    const routes = [
      ...operations.map(
        ({ method, path }) =>
          [
            method,
            basePath + path.replace('{conversationId}', conversationId).replace('{number}', '1'),
          ] as const,
      ),
      ...['/widget/sessions', '/widget/token'].map((path) => ['POST', path] as const),
    ];
    for (const [method, path] of routes) {
      const whole = path === '/widget/token' ? [EDGES.actionBody.most] : [];
      for (const length of [...whole, maxBodyBytes, 1_000]) {
        const text = 'word '.repeat(length / 5).slice(0, Math.max(0, length - 200));
        const body = JSON.stringify({
          text,
          channel: text,
          sessionToken: text,
          reason: text,
          externalId: text,
        });
        let answer: { status: number; code?: string } | undefined;
        const ms = await longestHold(
          async () => {
            const response = await fetch(
              (path.startsWith('/api') && method === 'GET' ? `${url}/http` : siteUrl) + path,
              {
                method,
                headers: {
                  authorization: `Bearer ${agentKey}`,
                  'content-type': 'application/json',
                  'idempotency-key': `${path}${length}`,
                },
                ...(method === 'GET' ? {} : { body }),
              },
            );
            const said = (await response.json()) as { code?: string };
            answer = { status: response.status, ...(said.code === undefined ? {} : { code: said.code }) };
          },
          { times: 1, quietMs: 2 },
        );
        expect(answer!.status, `${method} ${path} ${length}: ${JSON.stringify(answer)}`).toBeLessThan(500);
        if (answer!.status >= 400) expect(answer!.code, `${method} ${path}`).toBeDefined();
        expect(ms, `${method} ${path} ${length}`).toBeLessThan(HOLD_MS);
      }
    }
  }, 60_000);
});
