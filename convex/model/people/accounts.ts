/**
 * An account: the address somebody signs in with and the hash of their password (docs/rules.md R1). Convex Auth makes it; a new
 * password is set here, in the transaction that ends what the old one opened.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import type { AuditAction } from '../../shared/kit/auditActions';
import { audit } from '../kit/audit';
import { turnKeys } from './readKeys';
import { endSession, endSessionsOf } from './sessions';

export const passwordProvider = 'password';

/** More teams than one person works in. */
const maxMemberships = 50;

type Reader = Pick<QueryCtx, 'db'>;

export function accountAt(ctx: Reader, email: string): Promise<Doc<'authAccounts'> | null> {
  return ctx.db
    .query('authAccounts')
    .withIndex('providerAndAccountId', (q) =>
      q.eq('provider', passwordProvider).eq('providerAccountId', email),
    )
    .unique();
}

export function accountOf(ctx: Reader, userId: Id<'users'>): Promise<Doc<'authAccounts'> | null> {
  return ctx.db
    .query('authAccounts')
    .withIndex('userIdAndProvider', (q) => q.eq('userId', userId).eq('provider', passwordProvider))
    .unique();
}

/** A new password: whoever is signed in with the old one is no more, but for the session that set it. */
export async function setPassword(
  ctx: MutationCtx,
  account: Doc<'authAccounts'>,
  { secret, kept }: { secret: string; kept: Id<'authSessions'> | undefined },
): Promise<void> {
  await ctx.db.patch(account._id, { secret });
  await endOtherSessions(ctx, account.userId, kept);
}

/** [E5] Signs the user out everywhere but in `kept`, and turns what their screens read by. Returns how many sessions that ended. */
export async function endOtherSessions(
  ctx: MutationCtx,
  userId: Id<'users'>,
  kept: Id<'authSessions'> | undefined,
): Promise<number> {
  const ended = await endSessionsOf(ctx, userId, kept);
  // Whatever that ended: a browser that signed out before may have kept the key.
  await turnKeysOf(ctx, userId);
  return ended;
}

/** [E5] Ends a session somewhere else, where nobody knows who sits: what its screens read by is turned as well. */
export async function endElsewhere(ctx: MutationCtx, session: Doc<'authSessions'>): Promise<void> {
  await endSession(ctx, session);
  await turnKeysOf(ctx, session.userId);
}

async function turnKeysOf(ctx: MutationCtx, userId: Id<'users'>): Promise<void> {
  for (const { teamId } of await membershipsOf(ctx, userId)) await turnKeys(ctx, teamId);
}

/** The same password, hashed as hashes are made now. */
export async function renewHash(
  ctx: MutationCtx,
  account: Doc<'authAccounts'>,
  secret: string,
): Promise<void> {
  await ctx.db.patch(account._id, { secret });
}

export async function membershipsOf(ctx: Reader, userId: Id<'users'>): Promise<Doc<'members'>[]> {
  const members = await ctx.db
    .query('members')
    .withIndex('by_userId', (q) => q.eq('userId', userId))
    .take(maxMemberships);
  return members.filter((member) => member.removedAt === undefined);
}

/** What somebody would try who knows the user: name, address and teams. */
export async function ownWordsOf(ctx: Reader, userId: Id<'users'>): Promise<string[]> {
  const user = await ctx.db.get(userId);
  const members = await membershipsOf(ctx, userId);
  const teams = await Promise.all(members.map(async ({ teamId }) => (await ctx.db.get(teamId))?.name ?? ''));
  return [user?.name ?? '', user?.email ?? '', ...members.map(({ name }) => name), ...teams];
}

/** [R3] An account's own events stand in the log of every team it is in; `actor`: absent for a stranger's doing. */
export async function auditAccount(
  ctx: MutationCtx,
  entry: {
    userId: Id<'users'>;
    action: AuditAction;
    detail?: string;
    by: 'owner' | 'stranger' | Doc<'members'>;
  },
): Promise<void> {
  const { userId, action, detail, by } = entry;
  for (const member of await membershipsOf(ctx, userId)) {
    const actor = by === 'owner' ? member : by === 'stranger' ? undefined : by;
    await audit(ctx, { teamId: member.teamId, actor, action, subject: member._id, detail });
  }
}
