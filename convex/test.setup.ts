/// <reference types="vite/client" />
/**
 * What the desk's tests start from. Two dots in the name: Convex does not bundle it.
 * Tests act as real identities (a token's issuer and subject, a session row), never around the gates.
 */
import { convexTest } from 'convex-test';
import { ConvexError } from 'convex/values';
import { vi } from 'vitest';
import type { Doc, Id } from './_generated/dataModel';
import type { CaseCtx } from './functions';
import { turnKeys } from './model/people/readKeys';
import { settled } from './model/settle';
import schema from './schema';
import type { ErrorCode } from './shared/kit/errorCodes';
import type { Role } from './shared/people/people';

export const testSiteUrl = 'http://127.0.0.1:3211';
/** As the start prints it. */
export const setupToken = 'printed at start';

const modules = import.meta.glob(['./**/*.ts', './**/*.js', '!./**/*.test.ts', '!./**/*.*.ts']);

export function setupTest() {
  // What the start script makes.
  process.env.SEALING_KEY ??= btoa('a key of thirty-two bytes, to go');
  process.env.CONVEX_SITE_URL = testSiteUrl;
  process.env.SETUP_TOKEN = setupToken;
  const t = convexTest({ schema, modules });
  storeInTurn();
  return t;
}

export type TestDesk = ReturnType<typeof setupTest>;

type Store = (op: string, args: object) => Promise<unknown>;
let lastStored: Promise<unknown> = Promise.resolve();

/**
 * Files that an action stores side by side are transactions of their own on the engine and on Convex; the test double takes
 * one for a part of whichever is under way, and refuses it where that ends first. Here they go one after the other.
 */
function storeInTurn() {
  const { Convex } = globalThis as unknown as { Convex: { jsSyscall: Store } };
  const { get: storeOf, configurable: isAsItCame } = Object.getOwnPropertyDescriptor(Convex, 'jsSyscall')!;
  if (!isAsItCame) return;
  const get = (): Store => (op, args) => {
    const store = () => (storeOf!.call(Convex) as Store)(op, args);
    return (lastStored = lastStored.then(store, store));
  };
  Object.defineProperty(Convex, 'jsSyscall', { get, configurable: false });
}

/** Work of the model as one mutation, opened and settled as the builders do. */
export function transact<Result>(t: TestDesk, work: (ctx: CaseCtx) => Promise<Result>): Promise<Result> {
  return t.run((ctx) => settled(ctx, work));
}

/** What `t.withIdentity` needs to be a signed-in user: the shape Convex Auth's tokens have. */
export function userIdentity(userId: Id<'users'>, sessionId: Id<'authSessions'>) {
  return { issuer: testSiteUrl, subject: `${userId}|${sessionId}` };
}

/** What `t.withIdentity` needs to be a customer with a widget session. */
export function customerIdentity(sessionId: Id<'customerSessions'>) {
  return { issuer: `${testSiteUrl}/customers`, subject: sessionId };
}

/** A user with a session, not yet in any team; `as` calls functions in their name. */
export async function signUpUser(t: TestDesk, name: string, email = `${name.toLowerCase()}@example.test`) {
  const ids = await t.run(async (ctx) => {
    const userId = await ctx.db.insert('users', { name, email });
    const sessionId = await ctx.db.insert('authSessions', {
      userId,
      expirationTime: Date.now() + 30 * 86_400_000,
    });
    return { userId, sessionId };
  });
  return { ...ids, as: t.withIdentity(userIdentity(ids.userId, ids.sessionId)) };
}

/** Adds a member to a team, `online` with an open tab unless said otherwise. */
export async function addMember(
  t: TestDesk,
  teamId: Id<'teams'>,
  name: string,
  role: Role,
  options: { status?: Doc<'memberStatuses'>['declared']; connected?: boolean; limit?: number } = {},
) {
  const user = await signUpUser(t, name);
  const status = options.status ?? 'online';
  const connected = options.connected ?? status !== 'offline';
  const memberId = await t.run(async (ctx) => {
    const id = await ctx.db.insert('members', {
      teamId,
      userId: user.userId,
      role,
      name,
      email: `${name.toLowerCase()}@example.test`,
      limit: options.limit ?? 5,
    });
    await ctx.db.insert('memberLoads', { teamId, memberId: id, load: 0, turn: 0 });
    await ctx.db.insert('memberStatuses', {
      teamId,
      memberId: id,
      declared: status,
      effective: status,
      connected,
      since: Date.now(),
      setBy: id,
    });
    if (connected) {
      const now = Date.now();
      await ctx.db.insert('connections', {
        teamId,
        memberId: id,
        sessionId: 'tab',
        lastSeenAt: now,
        lastActiveAt: now,
      });
    }
    return id;
  });
  return { ...user, memberId };
}
export type TestMember = Awaited<ReturnType<typeof addMember>>;

/** A team with a member of each role, a knowledge agent and a web channel. Routing is `manual` unless asked. */
export async function createTeam(
  t: TestDesk,
  name = 'Blue Shop',
  options: {
    assignmentMode?: Doc<'teams'>['assignmentMode'];
    status?: Doc<'memberStatuses'>['declared'];
  } = {},
) {
  const { teamId, agentId, channelId } = await t.run(async (ctx) => {
    const teamId = await ctx.db.insert('teams', {
      name,
      assignmentMode: options.assignmentMode ?? 'manual',
      answerDeadlineMs: 60_000,
      closeAfterMs: 4 * 86_400_000,
    });
    await turnKeys(ctx, teamId);
    const agentId = await ctx.db.insert('agents', { teamId, name: 'Robin', kind: 'knowledge', active: true });
    const channelId = await ctx.db.insert('channels', {
      teamId,
      kind: 'web',
      name: 'Website',
      agentId,
      publicId: `public-${teamId}`,
      active: true,
    });
    return { teamId, agentId, channelId };
  });
  const prefix = name.replace(/\W/g, '');
  const status = { status: options.status ?? 'online' } as const;
  return {
    teamId,
    agentId,
    channelId,
    owner: await addMember(t, teamId, `${prefix}Olive`, 'owner', status),
    manager: await addMember(t, teamId, `${prefix}Maya`, 'manager', status),
    operator: await addMember(t, teamId, `${prefix}Otto`, 'operator', status),
  };
}
export type TestTeam = Awaited<ReturnType<typeof createTeam>>;

/** The code a call was refused with, or undefined when it succeeded. Any other failure is thrown on. */
export async function refusal(call: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (!(error instanceof ConvexError)) throw error;
    const data: unknown = error.data;
    return ((typeof data === 'string' ? JSON.parse(data) : data) as { code: ErrorCode }).code;
  }
}

/** Lets fake time pass second by second, with everything that was scheduled for it. Needs `vi.useFakeTimers()`. */
export async function passTime(t: TestDesk, ms: number, stepMs = 1000): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    vi.advanceTimersByTime(Math.min(stepMs, left));
    await t.finishInProgressScheduledFunctions();
  }
}
