/// <reference types="vite/client" />
import { type HttpRouter, makeFunctionReference } from 'convex/server';
import { ConvexError, type GenericId } from 'convex/values';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { makeAuthKeys, makeSealingKey } from '../scripts/authKeys';
import { api } from './_generated/api';
import { basePath, operations } from './http/api/operations';
import { addOutsideAgent, startThread } from './desk.setup';
import { turnKeys } from './model/people/readKeys';
import { functionRows, routeRows, sharedRows, type Who } from './permissions.rows';
import { idPaths, type IdPath, makeArgs } from './permissions.setup';
import { type Role, roles } from './shared/people/people';
import {
  addMember,
  createTeam,
  customerIdentity,
  setupTest,
  type TestDesk,
  type TestTeam,
} from './test.setup';

const modules = import.meta.glob<Record<string, unknown>>(
  ['./**/*.ts', '!./**/*.*.ts', '!./_generated/**', './auth.ts'],
  {
    eager: true,
  },
);

interface PublicFunction {
  isPublic?: true;
  isQuery?: true;
  isMutation?: true;
  isAction?: true;
  exportArgs(): string;
}

/** Every public function there is, by name. */
const publicFunctions = new Map<string, PublicFunction>(
  Object.entries(modules).flatMap(([path, module]) =>
    Object.entries(module)
      .filter(([, value]) => isPublic(value))
      .map(
        ([name, value]) =>
          [`${path.replace(/^\.\//, '').replace(/\.ts$/, '')}:${name}`, value as PublicFunction] as const,
      ),
  ),
);

function isPublic(value: unknown): boolean {
  const fn = value as Partial<PublicFunction> | null;
  return (
    (typeof value === 'function' || typeof value === 'object') &&
    fn?.isPublic === true &&
    (fn.isQuery ?? fn.isMutation ?? fn.isAction) === true
  );
}

type As = Pick<TestDesk, 'query' | 'mutation' | 'action'>;
type Docs = Record<string, GenericId<string>>;

vi.setConfig({ testTimeout: 30_000 });
beforeAll(() => {
  Object.assign(process.env, makeAuthKeys(), { SEALING_KEY: makeSealingKey(), AUTH_LOG_LEVEL: 'ERROR' });
});

/** One document of each kind that a function can be asked about. */
async function fill(t: TestDesk, team: TestTeam, name: string): Promise<Docs> {
  const { teamId, channelId, owner } = team;
  // Not built in: a built-in agent would answer in the background.
  const agentId = await addOutsideAgent(t, teamId, name);
  const customers = await t.run((ctx) => ctx.db.insert('customers', { teamId, name }));
  const { conversationId, handsOver, customerWrites } = await startThread(
    { t, teamId, agentId, customerId: customers },
    'web',
  );
  await customerWrites('Where is my order?');
  const { ticketId } = await handsOver();
  const made = await t.run(async (ctx) => ({
    articles: await ctx.db.insert('articles', {
      teamId,
      title: name,
      body: name,
      searchText: name,
      updatedAt: 1,
    }),
    customerFields: await ctx.db.insert('customerFields', { teamId, name, kind: 'text', position: 0 }),
    savedViews: await ctx.db.insert('savedViews', { teamId, name: 'All', list: { view: 'all' } }),
    handoverRules: await ctx.db.insert('handoverRules', {
      teamId,
      agentId,
      position: 0,
      name,
      when: [],
      outcome: { handOver: false },
    }),
    agentKeys: await ctx.db.insert('agentKeys', {
      teamId,
      agentId,
      name,
      prefix: 'p',
      hash: name,
      createdBy: owner.memberId,
    }),
    webhookEndpoints: await ctx.db.insert('webhookEndpoints', {
      teamId,
      agentId,
      // Never called: it is refused before.
      url: 'https://127.0.0.1/',
      secret: name,
      events: ['ticket.opened'],
      active: true,
    }),
    entries: (await ctx.db
      .query('entries')
      .withIndex('by_conversationId_and_sequence', (q) => q.eq('conversationId', conversationId))
      .first())!._id,
    attachments: await ctx.db.insert('attachments', {
      teamId,
      conversationId,
      storageId: await ctx.storage.store(new Blob([name])),
      name,
      contentType: 'text/plain',
      size: 1,
      by: { kind: 'operator', memberId: owner.memberId },
      state: 'waiting',
      createdAt: Date.now(),
      key: name,
    }),
    identitySecrets: await ctx.db.insert('identitySecrets', {
      teamId,
      channelId,
      sealed: name,
      ending: name,
    }),
    inboundEvents: await ctx.db.insert('inboundEvents', {
      teamId,
      channelId,
      key: name,
      type: name,
      state: 'done',
      attempts: 1,
      receivedAt: 1,
    }),
    deskMails: await ctx.db.insert('deskMails', {
      teamId,
      kind: 'test',
      to: `${name}@mails.test`,
      subject: name,
      text: name,
      html: name,
      state: 'sent',
      attempts: 0,
      at: 1,
    }),
    mails: await ctx.db.insert('mails', {
      teamId,
      conversationId,
      entryId: (await ctx.db
        .query('entries')
        .withIndex('by_conversationId_and_sequence', (q) => q.eq('conversationId', conversationId))
        .first())!._id,
      channelId,
      direction: 'out',
      from: { address: `${name}@mails.test`, name },
      to: [],
      cc: [],
      subject: name,
    }),
    customerSessions: await ctx.db.insert('customerSessions', {
      teamId,
      channelId,
      customerId: customers,
      tokenHash: name,
      expiresAt: Date.now() + 60_000,
    }),
  }));
  // The customer was shown to be a user of the site, so that their talks here are theirs to go back to.
  await t.run(async (ctx) => {
    await ctx.db.patch(conversationId, { channelId });
    const user = { teamId, kind: 'user' as const, scope: channelId, value: name };
    await ctx.db.insert('customerIdentities', { ...user, customerId: customers, proof: 'verified' });
  });
  const webhookEvents = await t.run((ctx) =>
    ctx.db.insert('webhookEvents', {
      teamId,
      agentId,
      endpointId: made.webhookEndpoints,
      type: 'webhook.test',
      body: '{}',
      state: 'delivered',
      tries: 1,
      attempts: 1,
      dueAt: Date.now(),
    }),
  );
  const invitation = { teamId, email: `${name}@invited.test`, role: 'operator' as const };
  const { invitationId: invitations } = await owner.as.mutation(api.invitations.create, invitation);
  return {
    ...made,
    webhookEvents,
    invitations,
    customers,
    authSessions: team.operator.sessionId,
    teams: teamId,
    members: team.operator.memberId,
    agents: agentId,
    channels: channelId,
    conversations: conversationId,
    tickets: ticketId,
  };
}

async function openDesk() {
  const t = setupTest();
  const blue = await createTeam(t, 'Blue Shop');
  const red = await createTeam(t, 'Red Shop');
  const removed = await addMember(t, blue.teamId, 'Rita', 'owner');
  const ended = await addMember(t, blue.teamId, 'Enno', 'owner');
  const docs = await fill(t, blue, 'blue');
  const foreign = await fill(t, red, 'red');
  await t.run(async (ctx) => {
    await ctx.db.patch(removed.memberId, { removedAt: Date.now() });
    await ctx.db.delete(ended.sessionId);
  });
  const callers: Record<string, As> = {
    anonymous: t,
    customer: t.withIdentity(customerIdentity(docs.customerSessions as never)),
    endedSession: ended.as,
    stranger: red.owner.as,
    removedMember: removed.as,
    operator: blue.operator.as,
    manager: blue.manager.as,
    owner: blue.owner.as,
  };
  return { t, docs, foreign, callers };
}

/** What a call came to: the refusal's whole data, or null for everything else. */
async function call(as: As, name: string, args: unknown): Promise<{ code: string } | null> {
  const fn = publicFunctions.get(name)!;
  const kind = fn.isQuery ? 'query' : fn.isMutation ? 'mutation' : 'action';
  const reference = makeFunctionReference(name);
  try {
    await (as[kind] as (...given: unknown[]) => Promise<unknown>)(reference, args);
    return null;
  } catch (error) {
    if (error instanceof ConvexError) return error.data as { code: string };
    // Convex Auth throws plain errors at calls that make no sense; a validator's complaint would be ours.
    if (!name.startsWith('auth:')) throw error;
    return null;
  }
}

function argsOf(
  name: string,
  docs: Docs,
  replaced?: { at: IdPath; id: GenericId<string> },
): Record<string, unknown> {
  const validator = JSON.parse(publicFunctions.get(name)!.exportArgs());
  const idOf = (id: IdPath) => {
    if (replaced !== undefined && id.path === replaced.at.path) return replaced.id;
    const found = docs[id.table];
    if (found === undefined) throw new Error(`The walk has no document for ${id.table}: add one to fill().`);
    return found;
  };
  const args = makeArgs(validator, idOf, replaced?.at.path) as Record<string, unknown>;
  if ('paginationOpts' in args) args.paginationOpts = { numItems: 5, cursor: null };
  return args;
}

/** What this caller must be told at the gate; null: let through. */
function expectedAt(who: Who, caller: string): string | null {
  const isUser = ['stranger', 'removedMember', 'operator', 'manager', 'owner'].includes(caller);
  if (who === 'anyone') return null;
  if (who === 'customer') return caller === 'customer' ? null : 'NOT_SIGNED_IN';
  if (!isUser) return 'NOT_SIGNED_IN';
  if (who === 'signedIn') return null;
  if (caller === 'stranger' || caller === 'removedMember') return 'NOT_FOUND';
  return roles.indexOf(caller as never) >= roles.indexOf(who) ? null : 'NOT_ALLOWED';
}

/** The ids of documents like these that are no more. */
function goneTwins(t: TestDesk, foreign: Docs): Promise<Docs> {
  return t.run(async (ctx) => {
    const ids: Docs = {};
    for (const [table, id] of Object.entries(foreign)) {
      const { _id, _creationTime, ...copy } = (await ctx.db.get(id as GenericId<'teams'>))! as Record<
        string,
        unknown
      >;
      const twin = await ctx.db.insert(table as 'teams', copy as never);
      await ctx.db.delete(twin);
      ids[table] = twin;
    }
    return ids;
  });
}

async function keyOf(t: TestDesk, teamId: GenericId<'teams'>, role: Role): Promise<string> {
  const stored = await t.run((ctx) =>
    ctx.db
      .query('readKeys')
      .withIndex('by_teamId_and_role', (q) => q.eq('teamId', teamId).eq('role', role))
      .unique(),
  );
  return stored!.key;
}

const gateCodes = ['NOT_SIGNED_IN', 'NOT_ALLOWED', 'NOT_FOUND'];

describe('[R2] who may call what', () => {
  test('every public function has a row, and every row a function', () => {
    const rows = [...Object.keys(functionRows), ...Object.keys(sharedRows)];
    expect([...publicFunctions.keys()].toSorted()).toEqual(rows.toSorted());
  });

  test('whoever may not call a function is refused at its gate, and changes nothing', async () => {
    const { t, docs, callers } = await openDesk();
    const everything = () =>
      t.run(async (ctx) => ({
        members: await ctx.db.query('members').collect(),
        statuses: await ctx.db.query('memberStatuses').collect(),
        entries: await ctx.db.query('entries').collect(),
        tickets: await ctx.db.query('tickets').collect(),
        audit: await ctx.db.query('auditLog').collect(),
        scheduled: await ctx.db.system.query('_scheduled_functions').collect(),
      }));
    const before = await everything();
    for (const [name, who] of Object.entries(functionRows)) {
      for (const [caller, as] of Object.entries(callers)) {
        const expected = expectedAt(who, caller);
        if (expected === null) continue;
        const answer = await call(as, name, argsOf(name, docs));
        expect(answer?.code, `${name} called by ${caller}`).toBe(expected);
      }
    }
    expect(await everything()).toEqual(before);
  });

  test.each(Object.entries(functionRows))('%s lets %s and those above through', async (name, who) => {
    const changes = !publicFunctions.get(name)!.isQuery;
    let desk = await openDesk();
    for (const caller of Object.keys(desk.callers)) {
      if (expectedAt(who, caller) !== null) continue;
      const answer = await call(desk.callers[caller]!, name, argsOf(name, desk.docs));
      expect(gateCodes, `${name} called by ${caller}: ${JSON.stringify(answer)}`).not.toContain(answer?.code);
      if (changes) desk = await openDesk();
    }
  });

  /** What a text of no meaning does not pass. */
  const address = { address: 'help@shop.test', senderName: '', replyAddress: 'help@in.shop.test' };
  const sensible: Record<string, Record<string, unknown>> = {
    'invitations:create': { email: 'new@people.test' },
    'handoverRules:save': { when: [{ type: 'noAnswer' }] },
    'teams:update': { name: 'Blue' },
    'calendars:save': { calendar: null },
    'channels:connectAddress': {
      channelId: undefined,
      mail: { address: 'new@shop.test', senderName: '', replyAddress: 'new@in.shop.test' },
    },
    'telegram:connect': { channelId: undefined, token: `1234567:${'A'.repeat(35)}` },
    'tags:rename': { to: 'another' },
    'whatsapp:connect': {
      channelId: undefined,
      phoneNumberId: '106540352242922',
      businessId: '102290129340398',
      accessToken: undefined,
      appSecret: undefined,
    },
    'webhooks:create': { url: 'https://agent.example.com/', events: ['ticket.opened'] },
  };
  /** A bot, whatever is asked. */
  function playTelegram(): void {
    const result = { id: 1, is_bot: true, first_name: 'Bot', username: 'bot', url: '' };
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ ok: true, result })));
    onTestFinished(() => void vi.unstubAllGlobals());
  }

  const administering = Object.entries(functionRows)
    .filter(([name, who]) => ['manager', 'owner'].includes(who) && !publicFunctions.get(name)!.isQuery)
    .map(([name]) => name);

  test.each(administering)('[R3] %s leaves an entry in the audit log, by whom and on what', async (name) => {
    const { t, docs, callers } = await openDesk();
    const kinds = { telegram: 'telegram', identitySecrets: 'web' } as const;
    const kind = kinds[name.split(':')[0] as keyof typeof kinds] ?? 'email';
    await t.run((ctx) => ctx.db.patch(docs.channels as GenericId<'channels'>, { kind, mail: address }));
    playTelegram();
    const log = () => t.run((ctx) => ctx.db.query('auditLog').collect());
    const before = (await log()).length;
    const args = { ...argsOf(name, docs), ...sensible[name] };
    expect(await call(callers.owner!, name, args), name).toBeNull();
    const entries = (await log()).slice(before);
    expect(entries).toEqual([
      expect.objectContaining({
        teamId: docs.teams,
        actorMemberId: expect.any(String),
        subject: expect.any(String),
      }),
    ]);
    const list = makeFunctionReference<'query'>('audit:list');
    const shown = await callers.owner!.query(list, {
      teamId: docs.teams,
      paginationOpts: { numItems: 1, cursor: null },
    });
    expect(shown.page[0]).toMatchObject({ action: entries[0]!.action, subject: entries[0]!.subject });
  });

  test("another team's documents are not found, exactly as those that do not exist", async () => {
    const { t, docs, foreign, callers } = await openDesk();
    const gone = await goneTwins(t, foreign);
    let tried = 0;
    for (const [name, who] of Object.entries(functionRows)) {
      if (!roles.includes(who as never)) continue;
      for (const at of idPaths(JSON.parse(publicFunctions.get(name)!.exportArgs()))) {
        const foreignAnswer = await call(
          callers.owner!,
          name,
          argsOf(name, docs, { at, id: foreign[at.table]! }),
        );
        const missingAnswer = await call(
          callers.owner!,
          name,
          argsOf(name, docs, { at, id: gone[at.table]! }),
        );
        expect(foreignAnswer?.code, `${name} with a foreign ${at.path}`).toBe('NOT_FOUND');
        expect(missingAnswer, `${name} with a missing ${at.path}`).toEqual(foreignAnswer);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(50);
  });

  test.each(Object.entries(sharedRows))(
    '[E5] %s is opened by the current key of a role, whoever comes with it, and by no other',
    async (name, { current, ...others }) => {
      const { t, docs, foreign, callers } = await openDesk();
      const teamOf = (of: Docs) => of.teams as GenericId<'teams'>;
      const old = await keyOf(t, teamOf(docs), current);
      await t.run((ctx) => turnKeys(ctx, teamOf(docs)));
      const keys: Record<keyof typeof others, string | undefined> = {
        otherRole: await keyOf(
          t,
          teamOf(docs),
          roles.find((role) => role !== current)!,
        ),
        old,
        foreign: await keyOf(t, teamOf(foreign), current),
        missing: undefined,
      };
      const args = argsOf(name, docs);
      const good = { ...args, readKey: await keyOf(t, teamOf(docs), current) };
      for (const [caller, as] of Object.entries(callers)) {
        expect(await call(as, name, good), `${name} called by ${caller}`).toBeNull();
        for (const [which, expected] of Object.entries(others)) {
          const readKey = keys[which as keyof typeof others];
          const answer = await call(as, name, { ...args, readKey });
          expect(answer, `${name} with the ${which} key, called by ${caller}`).toEqual({
            code: expected,
            message: 'There is nothing here that you can see.',
          });
        }
      }
    },
  );

  test("[E5] another team's documents are not found with a key, exactly as those that do not exist", async () => {
    const { t, docs, foreign } = await openDesk();
    const gone = await goneTwins(t, foreign);
    let tried = 0;
    for (const [name, { current }] of Object.entries(sharedRows)) {
      const readKey = await keyOf(t, docs.teams as GenericId<'teams'>, current);
      for (const at of idPaths(JSON.parse(publicFunctions.get(name)!.exportArgs()))) {
        const ask = (ids: Docs) =>
          call(t, name, { ...argsOf(name, docs, { at, id: ids[at.table]! }), readKey });
        const foreignAnswer = await ask(foreign);
        expect(foreignAnswer?.code, `${name} with a foreign ${at.path}`).toBe('NOT_FOUND');
        expect(await ask(gone), `${name} with a missing ${at.path}`).toEqual(foreignAnswer);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(30);
  });

  test('[M9] an expired customer session writes nothing', async () => {
    const { t, docs, callers } = await openDesk();
    await t.run((ctx) =>
      ctx.db.patch(docs.customerSessions as GenericId<'customerSessions'>, { expiresAt: Date.now() }),
    );
    for (const [name, who] of Object.entries(functionRows)) {
      if (who !== 'customer' || !publicFunctions.get(name)!.isMutation) continue;
      expect((await call(callers.customer!, name, argsOf(name, docs)))?.code, name).toBe('NOT_SIGNED_IN');
    }
  });
});

describe('[E2] a closed desk, whose data is on its way elsewhere', () => {
  afterEach(() => {
    delete process.env.DESK_CLOSED;
  });

  test('takes nothing from anybody who may, with one code, and still shows what it has', async () => {
    const { docs, callers } = await openDesk();
    process.env.DESK_CLOSED = 'moving';
    const callerOf = (who: Who) => callers[who === 'customer' ? 'customer' : 'owner']!;
    for (const [name, who] of Object.entries(functionRows)) {
      if (name.startsWith('auth:')) continue;
      const answer = await call(callerOf(who), name, argsOf(name, docs));
      if (publicFunctions.get(name)!.isQuery) expect(answer?.code, name).not.toBe('DESK_CLOSED');
      else expect(answer?.code, name).toBe('DESK_CLOSED');
    }
    const signUp = {
      provider: 'password',
      params: { flow: 'signIn', email: 'a@b.test', password: 'long enough' },
    };
    expect(await call(callers.anonymous!, 'auth:signIn', signUp)).toMatchObject({ code: 'DESK_CLOSED' });
  });

  test('sends agents to its new address once it has one, and until then asks them to come back', async () => {
    const { t } = await openDesk();
    const ask = () => t.fetch('/api/v1/tickets?limit=2', { headers: { Authorization: 'Bearer any' } });
    process.env.DESK_CLOSED = 'moving';
    const waiting = await ask();
    expect([waiting.status, waiting.headers.get('Retry-After')]).toEqual([503, '60']);
    process.env.DESK_CLOSED = JSON.stringify({ url: 'https://new.test', siteUrl: 'https://site.new.test' });
    const moved = await ask();
    expect([moved.status, moved.headers.get('Location')]).toEqual([
      308,
      'https://site.new.test/api/v1/tickets?limit=2',
    ]);
    const chat = await t.fetch('/widget/sessions', { method: 'POST', body: '{"channel":"x"}' });
    expect(chat.status).toBe(503);
  });
});

describe('[R2] [P1] [P5] who may use which HTTP route', () => {
  const router = modules['./http.ts']!.default as HttpRouter;
  const plain = router.getRoutes().map(([path, method]) => `${method} ${path}`);
  // The API's prefix serves its table of operations, and two documents anybody may read.
  const documents = ['GET /api/v1/health', 'GET /api/v1/openapi.json'];
  const routes = [
    ...plain.filter((route) => !route.endsWith(` ${basePath}/*`)),
    ...documents,
    ...operations.map(({ method, path }) => `${method} ${basePath}${path}`),
  ];
  const forAgents = Object.entries(routeRows).filter(([, who]) => who === 'agentKey');
  const ask = (t: TestDesk, route: string, key: string | undefined, id: string, number = 1) => {
    const [method, path] = route.split(' ') as [string, string];
    const headers: Record<string, string> = { 'Content-Type': 'application/json' };
    if (key !== undefined) headers.Authorization = key;
    return t.fetch(path.replace('{conversationId}', id).replace('{number}', String(number)), {
      method,
      headers,
      ...(method === 'GET' ? {} : { body: '{}' }),
    });
  };

  test('every route has a row, and every row a route', () => {
    expect(routes.toSorted()).toEqual(Object.keys(routeRows).toSorted());
  });

  test('a route for agents answers 401 to whoever has no key, an unknown one, a withdrawn one or a token of another kind', async () => {
    const { t, docs, callers } = await openDesk();
    const agentId = docs.agents as GenericId<'agents'>;
    const teamId = docs.teams as GenericId<'teams'>;
    const owner = callers.owner as TestDesk;
    const { keyId, key } = await owner.mutation(api.agents.createKey, { teamId, agentId, name: 'old' });
    expect((await ask(t, 'GET /api/v1/me', `Bearer ${key}`, '')).status).toBe(200);
    await owner.mutation(api.agents.revokeKey, { teamId, keyId });
    const never = key.slice(0, -5) + 'aaaaa';
    const keys = [undefined, 'Bearer ', 'Bearer guessed', `Basic ${key}`, `Bearer ${never}`, `Bearer ${key}`];
    for (const [route] of forAgents) {
      for (const given of keys) {
        const answer = await ask(t, route, given, docs.conversations!);
        expect(answer.status, `${route} with ${given}`).toBe(401);
        expect(await answer.json()).toMatchObject({ code: expect.any(String) });
      }
    }
  });

  test("another agent's conversation or ticket is not found, exactly as one that does not exist", async () => {
    const { t, docs, foreign, callers } = await openDesk();
    const teamId = docs.teams as GenericId<'teams'>;
    const owner = callers.owner as TestDesk;
    const other = await t.run((ctx) =>
      ctx.db.insert('agents', { teamId, name: 'Other', kind: 'external', active: true }),
    );
    const { key } = await owner.mutation(api.agents.createKey, { teamId, agentId: other, name: 'k' });
    const reads = forAgents
      .map(([route]) => route)
      .filter((route) => route.startsWith('GET') && route.includes('{'));
    expect(reads.length).toBeGreaterThan(1);
    for (const route of reads) {
      const answers = await Promise.all(
        [
          { id: docs.conversations!, number: 1 },
          { id: foreign.conversations!, number: 1 },
          { id: 'nonsense', number: 999 },
        ].map(({ id, number }) => ask(t, route, `Bearer ${key}`, id, number)),
      );
      expect(
        answers.map((each) => each.status),
        route,
      ).toEqual([404, 404, 404]);
      const [ours, theirs, none] = await Promise.all(answers.map((each) => each.json()));
      expect(theirs).toEqual(ours);
      expect(none).toEqual(ours);
    }
  });
});
