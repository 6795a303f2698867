/**
 * Read keys (docs/rules.md E5): what opens the reads that everybody of a team and role sees alike. The only writer of
 * `readKeys`.
 *
 * A key is a capability: whoever has it reads, whoever they are, so it is turned with every loss of a right, and all that was
 * read with the old one is run again at that commit and refused. `me.get` hands it out, to members, for the roles up to
 * theirs; it belongs in no address and no log.
 */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { type Role, roles } from '../../shared/people/people';
import { newToken } from '../kit/secrets';

type Reader = Pick<QueryCtx, 'db'>;

/** What a member is handed: the keys of the roles up to theirs. */
export const vReadKeys = v.object({
  operator: v.string(),
  manager: v.optional(v.string()),
  owner: v.optional(v.string()),
});
type ReadKeys = Infer<typeof vReadKeys>;

/** [E5] A key is good for a day. */
const lifetimeMs = 24 * 60 * 60_000;

function keyOf(ctx: Reader, teamId: Id<'teams'>, role: Role): Promise<Doc<'readKeys'> | null> {
  return ctx.db
    .query('readKeys')
    .withIndex('by_teamId_and_role', (q) => q.eq('teamId', teamId).eq('role', role))
    .unique();
}

/** Does this key open what is for `role`? Only that role's own does, so that one question has one result. */
export async function opens(
  ctx: Reader,
  { teamId, role, key }: { teamId: Id<'teams'>; role: Role; key: string | undefined },
): Promise<boolean> {
  const stored = await keyOf(ctx, teamId, role);
  return stored !== null && stored.key === key;
}

/** The keys of a role and of those below. */
export async function keysFor(ctx: Reader, teamId: Id<'teams'>, role: Role): Promise<ReadKeys> {
  // Empty, which opens nothing, in data of before until the migration has come to it.
  const keys: ReadKeys = { operator: '' };
  for (const below of roles.slice(0, roles.indexOf(role) + 1)) {
    const stored = await keyOf(ctx, teamId, below);
    if (stored !== null) keys[below] = stored.key;
  }
  return keys;
}

/** New keys for all roles of a team; the old ones open nothing from this commit on. */
export async function turnKeys(ctx: MutationCtx, teamId: Id<'teams'>): Promise<void> {
  for (const role of roles) {
    const stored = await keyOf(ctx, teamId, role);
    if (stored !== null) await turn(ctx, stored);
    else await ctx.db.insert('readKeys', { teamId, role, key: newToken(), turnedAt: Date.now() });
  }
}

function turn(ctx: MutationCtx, { _id }: Doc<'readKeys'>): Promise<void> {
  return ctx.db.patch(_id, { key: newToken(), turnedAt: Date.now() });
}

/** Turns the keys whose day is over, at most `count`; returns how many it found. */
export async function turnOldKeys(ctx: MutationCtx, count: number): Promise<number> {
  const old = await ctx.db
    .query('readKeys')
    .withIndex('by_turnedAt', (q) => q.lt('turnedAt', Date.now() - lifetimeMs))
    .take(count);
  for (const stored of old) await turn(ctx, stored);
  return old.length;
}
