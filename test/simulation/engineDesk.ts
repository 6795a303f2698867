/**
 * The simulation's desk on a running engine, set up as people do it: the first owner, two invited operators, an outside
 * agent with a key that starts its conversations over HTTP. Agents' answers and customers' messages then come in
 * through the deployment's internal functions, operators through their own signed-in connections, and what the team sees is
 * read by its read key.
 */
import { ConvexClient, ConvexHttpClient } from 'convex/browser';
import { type FunctionArgs, type FunctionReference, getFunctionName } from 'convex/server';
import { WebSocket } from 'ws';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { hashToken } from '../../convex/model/kit/secrets.ts';
import type { Settings } from '../../scripts/settings.ts';
import { setUpDesk, type TestDesk } from '../journeys/harness.ts';
import { readerOf, readKeyOf } from '../../convex/readShared.setup.ts';
import { until } from '../engine/harness.ts';
import type { Desk, World } from './driver.ts';
import { operators } from './steps.ts';

const password = 'correct horse battery';

export async function openEngineDesk(
  running: TestDesk,
  conversationCount: number,
): Promise<{ desk: Desk; screen: Screen; world: World }> {
  const { settings, engine } = running;
  const { operator: owner, teamId, memberId } = await setUpDesk(running, { withSampleShop: false });
  // Nothing but the steps may act: no routing, and no deadline within the run.
  await owner.mutation(api.teams.update, { teamId, assignmentMode: 'manual', answerDeadlineMs: 60 * 60_000 });

  const callers = [owner];
  const memberIds = [memberId];
  while (callers.length < operators) {
    const email = `operator${callers.length}@example.test`;
    const { token } = await owner.mutation(api.invitations.create, { teamId, email, role: 'operator' });
    const operator = await signUp(settings, email, { invitationToken: token });
    const joined = await operator.mutation(api.invitations.accept, {
      token,
      name: `Operator ${callers.length}`,
    });
    callers.push(operator);
    memberIds.push(joined.memberId);
  }
  for (const caller of callers) await comeOnline(caller, teamId);

  const agentId = await owner.mutation(api.agents.create, { teamId, name: 'Robin', kind: 'external' });
  const { key } = await owner.mutation(api.agents.createKey, { teamId, agentId, name: 'simulation' });
  const conversationIds: Id<'conversations'>[] = [];
  for (let position = 0; position < conversationCount; position++) {
    conversationIds.push(await startConversation(settings, key, position));
  }
  const edge = new ConvexHttpClient(settings.url, { logger: false });
  (edge as unknown as { setAdminAuth(adminKey: string): void }).setAdminAuth(engine.adminKey);
  const screen = new Screen(settings.url, teamId, await readKeyOf(owner, teamId));
  const desk: Desk = {
    // Not queued: two at once must meet on the server, not wait for each other in this client.
    run: (fn, args, as) =>
      (as === 'edge' ? edge : callers[as]!).mutation(fn as never, args as never, { skipQueue: true }),
    read: (query, args) => screen.read(query, args),
    readAsManager: readerOf(owner, teamId, 'manager'),
  };
  const keyHash = await hashToken(key);
  return { desk, screen, world: { teamId, keyHash, memberIds, conversationIds } };
}

/**
 * A screen that nobody signed in to and that closes nothing: what was once looked at stays subscribed, with the read key
 * alone, so that the engine's checker compares it with a fresh run after every commit.
 */
export class Screen {
  readonly #http: ConvexHttpClient;
  readonly #live: ConvexClient;
  readonly #team: { teamId: Id<'teams'>; readKey: string };
  readonly #shown = new Map<string, { fresh: () => Promise<unknown>; shown?: unknown }>();
  readonly failures: Error[] = [];

  constructor(url: string, teamId: Id<'teams'>, readKey: string) {
    this.#http = new ConvexHttpClient(url, { logger: false });
    this.#live = new ConvexClient(url, { webSocketConstructor: WebSocket as never, logger: false });
    this.#team = { teamId, readKey };
  }

  async read<Query extends FunctionReference<'query'>>(query: Query, args: object) {
    const given = { ...args, ...this.#team } as FunctionArgs<Query>;
    const fresh = () => this.#http.query(query, given);
    const name = `${getFunctionName(query)} ${JSON.stringify(given)}`;
    if (!this.#shown.has(name)) {
      const subscription: { fresh: () => Promise<unknown>; shown?: unknown } = { fresh };
      this.#shown.set(name, subscription);
      this.#live.onUpdate(
        query,
        given,
        (value) => void (subscription.shown = value),
        (error) => void this.failures.push(error),
      );
    }
    return fresh();
  }

  /** What it shows that a fresh look does not; it is given a moment to hear of the last commit. */
  async stale(): Promise<string[]> {
    const names: string[] = [];
    for (const [name, subscription] of this.#shown) {
      const fresh = JSON.stringify(await subscription.fresh());
      const isShown = () => JSON.stringify(subscription.shown) === fresh;
      await until(isShown, name, 2_000).catch(() => names.push(name));
    }
    return names;
  }

  get size(): number {
    return this.#shown.size;
  }

  close(): Promise<void> {
    return this.#live.close();
  }
}

async function signUp(
  { url }: Settings,
  email: string,
  more: Record<string, string>,
): Promise<ConvexHttpClient> {
  const client = new ConvexHttpClient(url, { logger: false });
  const params = { flow: 'signUp', email, password, name: email.split('@')[0]!, ...more };
  const { tokens } = await client.action(api.auth.signIn, { provider: 'password', params });
  if (!tokens) throw new Error(`${email} was not signed in`);
  client.setAuth(tokens.token);
  return client;
}

/** Reopened tickets go back only to people who are there (A2). */
async function comeOnline(caller: ConvexHttpClient, teamId: Id<'teams'>): Promise<void> {
  await caller.mutation(api.members.heartbeat, { teamId, sessionId: 'simulation', idleMs: 0 });
  await caller.mutation(api.members.setStatus, { teamId, status: 'online' });
}

async function startConversation({ siteUrl }: Settings, key: string, position: number) {
  const id = `thread-${position}`;
  const response = await fetch(`${siteUrl}/api/v1/conversations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': id },
    body: JSON.stringify({ externalId: id, customer: { externalId: `customer-${position}`, name: 'Carla' } }),
  });
  if (!response.ok) throw new Error(`The conversation was not started: ${await response.text()}`);
  const { id: conversationId } = (await response.json()) as { id: Id<'conversations'> };
  return conversationId;
}
