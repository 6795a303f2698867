/// <reference types="vite/client" />
/** Every public edge and its limits (docs/rules.md E4), collected from the registry itself. */
import { type HttpRouter, makeFunctionReference } from 'convex/server';
import type { GenericId } from 'convex/values';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeAuthKeys } from '../scripts/authKeys';
import { api } from './_generated/api';
import type { Limits } from './functions';
import { EDGES } from '../engine/values/edges';
import { basePath, operations } from './http/api/operations';
import { otherLimits } from './limits.rows';
import { makeArgs } from './permissions.setup';
import { windowKeys } from './model/kit/requestWindows';
import {
  type Limit,
  type LimitName,
  limits,
  maxArgsCharacters,
  maxCallBytes,
  maxTextLength,
} from './shared/kit/limits';
import { firstCharacters } from './shared/kit/text';
import { createTeam, customerIdentity, refusal, setupTest, type TestDesk } from './test.setup';

const modules = import.meta.glob<Record<string, unknown>>(
  ['./**/*.ts', '!./**/*.*.ts', '!./_generated/**', './auth.ts'],
  { eager: true },
);

interface PublicFunction {
  isPublic?: true;
  isMutation?: true;
  isAction?: true;
  limits?: Limits;
  exportArgs(): string;
}

const functions = new Map<string, PublicFunction>(
  Object.entries(modules).flatMap(([path, module]) =>
    Object.entries(module)
      .filter(
        ([, value]) =>
          (value as Partial<PublicFunction> | null)?.isPublic && 'exportArgs' in (value as object),
      )
      .map(([name, value]) => [`${path.slice(2, -3)}:${name}`, value as PublicFunction] as const),
  ),
);

const routes = new Map<string, Limits | undefined>(
  (modules['./http.ts']!.default as HttpRouter)
    .getRoutes()
    .map(
      ([path, method, handler]) => [`${method} ${path}`, (handler as { limits?: Limits }).limits] as const,
    ),
);

/** Function or `METHOD /path` → what it says of its limits. */
function collect(): Map<string, Limits | undefined> {
  const ofApi = operations.map(({ method, path }) => `${method} ${basePath}${path}`);
  const edges = new Map<string, Limits | undefined>();
  for (const [name, { limits: said }] of functions) edges.set(name, said ?? otherLimits[name]);
  for (const [name, said] of routes)
    if (!name.endsWith(`${basePath}/*`)) edges.set(name, said ?? otherLimits[name]);
  for (const name of ofApi) edges.set(name, routes.get(`${name.split(' ')[0]} ${basePath}/*`));
  for (const name of ['GET /api/v1/health', 'GET /api/v1/openapi.json']) edges.set(name, otherLimits[name]);
  return edges;
}

const edges = collect();
const isCounted = (said: Limits | undefined): said is readonly LimitName[] => Array.isArray(said);
const edgesOf = (name: LimitName) =>
  [...edges].flatMap(([edge, said]) => (isCounted(said) && said.includes(name) ? [edge] : []));

const overOf = (name: LimitName): string | undefined => (limits[name] as Limit).over;
const all = Object.keys(limits) as LimitName[];
const refusing = all.filter((name) => overOf(name) === undefined);
/** Kept by the model, where what is over them is taken all the same: model/delivery/mail/accept.test.ts shows those of mail, whatsapp.test.ts of chats. */
const silent = all.filter((name) => overOf(name) !== undefined);

beforeAll(() => {
  Object.assign(process.env, makeAuthKeys(), { AUTH_LOG_LEVEL: 'ERROR' });
});
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

describe('[E4] the table of limits', () => {
  // Letters of three bytes that carry as many accents of three as a field lets them: whoever sends that hears of it in words.
  test('the longest text that a field takes fits into a call of the signed in', () => {
    const typed = `ก${'\u0e49'.repeat(40)}`.repeat(maxTextLength);
    const text = firstCharacters(typed, maxTextLength);
    expect(text.length).toBeGreaterThan(10 * maxTextLength);
    expect(text.length).toBeLessThan(0.95 * maxArgsCharacters);
    const bytes = new TextEncoder().encode(JSON.stringify({ path: 'web:send', args: [{ text }] })).length;
    expect(bytes).toBeLessThan(0.75 * maxCallBytes);
  });

  test.each([...edges])('%s says its limits, or why it has none', (_edge, said) => {
    expect(said, 'Give it a limit, or say why it needs none (noLimitNeeded).').toBeDefined();
    if (isCounted(said)) expect(said.length).toBeGreaterThan(0);
    else expect(said!.none).toMatch(/\.$/);
  });

  test.each(refusing)('%s is kept by somebody', (name) => expect(edgesOf(name)).not.toEqual([]));

  test.each(silent)('%s refuses nobody, so no edge asks for it', (name) => expect(edgesOf(name)).toEqual([]));

  test('nothing stands beside the registry that it does not have', () =>
    expect(Object.keys(otherLimits).filter((edge) => !edges.has(edge))).toEqual([]));

  test('is printed in the documents', () => expect(printed()).toMatchFileSnapshot('../docs/limits.md'));
});

/** Uses up a limit for a minute. */
function useUp(t: TestDesk, name: LimitName, of: string) {
  const used = { count: limits[name].most, expiresAt: Date.now() + 60_000 };
  return t.run(async (ctx) => {
    for (const key of windowKeys(name, of)) await ctx.db.insert('requestWindows', { key, ...used });
  });
}

/** All that is not a count. */
function everything(t: TestDesk) {
  return t.run(async (ctx) => ({
    customers: await ctx.db.query('customers').collect(),
    sessions: await ctx.db.query('customerSessions').collect(),
    conversations: await ctx.db.query('conversations').collect(),
    entries: await ctx.db.query('entries').collect(),
    heads: await ctx.db.query('threadHeads').collect(),
    tickets: await ctx.db.query('tickets').collect(),
    typing: await ctx.db.query('typing').collect(),
    articles: await ctx.db.query('articles').collect(),
    keys: await ctx.db.query('agentKeys').collect(),
    windows: await ctx.db.query('requestWindows').collect(),
    scheduled: await ctx.db.system.query('_scheduled_functions').collect(),
  }));
}

type Call = () => Promise<{ code?: string | undefined; status?: number; retryAfter?: string | null }>;

/** A desk on which an edge is asked by two who have nothing to do with each other, and what a limit counts against for the first. */
async function openDesk(edge: string) {
  const t = setupTest();
  const blue = await createTeam(t, 'Blue Shop');
  const red = await createTeam(t, 'Red Shop');
  const session = async (tokenHash: string) => {
    const { teamId, channelId } = blue;
    const expiresAt = Date.now() + 3_600_000;
    const customerId = await t.run((ctx) => ctx.db.insert('customers', { teamId, name: tokenHash }));
    return t.run((ctx) =>
      ctx.db.insert('customerSessions', { teamId, channelId, customerId, tokenHash, expiresAt }),
    );
  };
  const opened = edge.includes(' ')
    ? await asRoute(t, edge, blue, session)
    : await asFunction(t, edge, { blue, red }, session);
  return { t, ...opened };
}

type Team = Awaited<ReturnType<typeof createTeam>>;
type Session = (tokenHash: string) => Promise<GenericId<'customerSessions'>>;

async function asFunction(
  t: TestDesk,
  edge: string,
  { blue, red }: Record<'blue' | 'red', Team>,
  session: Session,
) {
  const fn = functions.get(edge)!;
  const kind = fn.isAction ? 'action' : 'mutation';
  const conversations = new Map<Team, string>();
  for (const team of [blue, red]) conversations.set(team, await addConversation(t, team));
  const entries = new Map<Team, string>();
  for (const team of [blue, red]) entries.set(team, await addEntry(t, team, conversations.get(team)!));
  const idsOf = (team: Team): Record<string, string> => ({
    teams: team.teamId,
    agents: team.agentId,
    conversations: conversations.get(team)!,
    channels: team.channelId,
    entries: entries.get(team)!,
  });
  const asked =
    (as: Pick<TestDesk, 'mutation' | 'action'>, team: Team): Call =>
    async () => {
      const args = makeArgs(JSON.parse(fn.exportArgs()), ({ table }) => idsOf(team)[table] as never);
      if (edge === 'web:leaveEmail') Object.assign(args as object, { email: 'ann@example.test' });
      const call = as[kind] as (...given: unknown[]) => Promise<unknown>;
      return { code: await refusal(call(makeFunctionReference(edge), args)) };
    };
  if (fn.isAction) {
    return { call: asked(blue.owner.as, blue), other: asked(red.owner.as, red), counted: blue.teamId };
  }
  const [first, second] = [await session('first'), await session('second')];
  const [one, two] = [first, second].map((id) => asked(t.withIdentity(customerIdentity(id)), blue));
  return { call: one!, other: two!, counted: first };
}

function addConversation(t: TestDesk, { teamId, agentId }: Team) {
  return t.run(async (ctx) => {
    const customerId = await ctx.db.insert('customers', { teamId });
    const conversation = { teamId, agentId, customerId, channel: 'web' as const, subject: '' };
    return ctx.db.insert('conversations', conversation);
  });
}

function addEntry(t: TestDesk, { teamId }: Team, conversationId: string) {
  return t.run((ctx) =>
    ctx.db.insert('entries', {
      teamId,
      conversationId: conversationId as GenericId<'conversations'>,
      sequence: 1,
      kind: 'message',
      audience: 'everyone',
      author: { kind: 'system' },
      at: 0,
    }),
  );
}

/** What the routes of a chat's session take besides its token. */
const ofSession: Record<string, object> = {
  '/widget/token': {},
  '/widget/identity': { identity: 'no token' },
  '/widget/uploads': {},
  '/widget/files': { storageId: 'x', name: 'a.png' },
};

async function asRoute(t: TestDesk, edge: string, team: Team, session: Session) {
  const [method, path] = edge.split(' ') as [string, string];
  const ask =
    (as: Pick<TestDesk, 'fetch'>, body: object, key?: string): Call =>
    async () => {
      const headers = { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) };
      const sent = method === 'GET' ? {} : { body: JSON.stringify(body) };
      const at = path.replace('{conversationId}', 'x').replace('{number}', '1');
      const response = await as.fetch(at, { method, headers, ...sent });
      const text = await response.text();
      const { code } = (text === '' ? {} : JSON.parse(text)) as { code?: string };
      return { code, status: response.status, retryAfter: response.headers.get('Retry-After') };
    };
  const more = ofSession[path];
  if (more !== undefined) {
    const tokens = ['vs_first', 'vs_second'];
    const [first] = await Promise.all(tokens.map(async (token) => session(await hashed(token))));
    const [one, two] = tokens.map((sessionToken) => ask(t, { sessionToken, ...more }));
    return { call: one!, other: two!, counted: first! };
  }
  if (path === '/widget/sessions') {
    const { publicId } = (await t.run((ctx) => ctx.db.get(team.channelId)))!;
    const other = await t.run(async (ctx) => {
      const { _id, _creationTime, ...channel } = (await ctx.db.get(team.channelId))!;
      await ctx.db.insert('channels', { ...channel, publicId: 'other' });
      return 'other';
    });
    const from = t.withRequestMetadata({ ip: '192.0.2.1' });
    const asking = (channel: string) => ask(from, { channel, writes: true });
    return { call: asking(publicId), other: asking(other), counted: team.channelId };
  }
  const { teamId, owner } = team;
  const agentId = await t.run((ctx) =>
    ctx.db.insert('agents', { teamId, name: 'Outsider', kind: 'external', active: true }),
  );
  const make = (name: string) => owner.as.mutation(api.agents.createKey, { teamId, agentId, name });
  const [first, second] = [await make('first'), await make('second')];
  return { call: ask(t, {}, first.key), other: ask(t, {}, second.key), counted: first.keyId };
}

async function hashed(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return Buffer.from(digest).toString('hex');
}

describe('[E4] [E2] an edge over its limit', () => {
  const counted = [...edges].filter(([, said]) => isCounted(said)).map(([edge]) => edge);

  test.each(counted)('%s is refused, changes nothing, touches nobody else and comes back', async (edge) => {
    const { t, call, other, counted: of } = await openDesk(edge);
    const said = edges.get(edge) as readonly LimitName[];
    expect((await call()).code).not.toBe('RATE_LIMITED');
    // Of a chat it is enough that the channel has no place: those per address have tests of their own (web.test.ts).
    const rows = said.filter((name) => limits[name].of !== 'address');
    await t.run(async (ctx) => {
      for (const { _id } of await ctx.db.query('requestWindows').collect()) await ctx.db.delete(_id);
    });
    for (const name of rows) await useUp(t, name, of);
    const before = await everything(t);
    const refused = await call();
    expect(refused.code).toBe('RATE_LIMITED');
    if (refused.status !== undefined) expect(refused).toMatchObject({ status: 429, retryAfter: '60' });
    expect(await everything(t)).toEqual(before);
    expect((await other()).code).not.toBe('RATE_LIMITED');
    vi.advanceTimersByTime(60_000);
    expect((await call()).code).not.toBe('RATE_LIMITED');
  });

  test('says how long to wait', async () => {
    const { t, counted: of } = await openDesk('web:send');
    await useUp(t, 'messagesOfSession', of);
    vi.advanceTimersByTime(20_000);
    const customer = t.withIdentity(customerIdentity(of as GenericId<'customerSessions'>));
    await expect(
      customer.mutation(api.web.send, { text: 'hello', clientMessageId: 'a' }),
    ).rejects.toMatchObject({ data: { code: 'RATE_LIMITED', waitMs: 40_000 } });
  });
});

function printed(): string {
  const row = (name: LimitName, last: string) => {
    const { most, withinMs, of, what } = limits[name];
    return `| ${most} ${what} | ${inTime(withinMs).join(' ')} | ${of} | ${last} |`;
  };
  const rows = refusing.map((name) =>
    row(
      name,
      edgesOf(name)
        .map((edge) => `\`${edge}\``)
        .join(', '),
    ),
  );
  const taken = silent.map((name) => row(name, overOf(name)!));
  const reasons = new Map<string, string[]>();
  for (const [edge, said] of edges) {
    if (said === undefined || isCounted(said)) continue;
    reasons.set(said.none, [...(reasons.get(said.none) ?? []), `\`${edge}\``]);
  }
  const none = [...reasons].map(([why, which]) => `- ${why}\n  ${which.toSorted().join(', ')}`);
  return `# Limits

Printed by \`convex/limits.test.ts\` from the functions and routes themselves (\`npm test -- convex/limits.test.ts -u\`); the numbers
stand in \`convex/shared/kit/limits.ts\`.

What is over a limit is refused with \`RATE_LIMITED\` (over HTTP 429, with \`Retry-After\` in seconds) and changes nothing. A limit
counts against the one who reaches it: another session, address, mailbox, channel, key or team is not
touched. An address is an IPv4
address or a /64 of IPv6.

| at most | within | of one | asked of |
| --- | --- | --- | --- |
${rows.join('\n')}

Of what nobody may refuse, for it would be lost, more than this is taken and treated otherwise. A sender is an address that its
domain vouches for, or the same address as anybody may claim it, or whom a messenger vouches for; only what the agent would answer
counts.

| at most | within | of one | what is over it |
| --- | --- | --- | --- |
${taken.join('\n')}

## No limit of their own

${none.join('\n')}

## What the engine takes

Of whatever app it serves, before anything of the app is run (\`engine/values/edges.ts\`; \`test/engine/edges.test.ts\` goes over each).
What is over a limit is refused as said here, and changes nothing. On another Convex its own limits hold in their place.

| at most | of what | where | refused with |
| --- | --- | --- | --- |
${Object.values(EDGES).map(printedEdge).join('\n')}
`;
}

function inTime(ms: number): [number, string] {
  if (ms > 3_600_000) return [ms / 3_600_000, 'h'];
  return ms >= 60_000 ? [ms / 60_000, 'min'] : [ms / 1_000, 's'];
}

function printedEdge({ at, of, most, unit, refused }: (typeof EDGES)[keyof typeof EDGES]): string {
  const [amount, words] =
    unit === 'bytes' ? inBytes(most) : unit === 'ms' ? [most / 1_000, 's'] : [most, unit];
  return `| ${`${amount} ${words}`.trim()} | ${of} | ${at} | ${refused} |`;
}

function inBytes(bytes: number): [number, string] {
  const unit = Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return [bytes / 1024 ** unit, ['bytes', 'KiB', 'MiB', 'GiB'][unit]!];
}
