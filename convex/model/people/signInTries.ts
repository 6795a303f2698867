/**
 * Guessing a password is slow: each address has ten tries, one more every six minutes (a token bucket).
 * Known and unknown addresses are counted alike, so a refusal does not tell which exist. A try is taken before the
 * password is looked at, so parallel guesses cannot share one; a right password gives them all back.
 */
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { hashToken } from '../kit/secrets';

const maxTries = 10;
const refillMs = 6 * 60_000;

/** Takes one try for an address; false: none is left. */
export async function takeTry(ctx: MutationCtx, email: string): Promise<boolean> {
  const now = Date.now();
  const row = await triesOf(ctx, email);
  const left = row === null ? maxTries : Math.min(maxTries, row.left + (now - row.at) / refillMs);
  if (left < 1) return false;
  if (row === null)
    await ctx.db.insert('signInTries', { emailHash: await hashToken(email), left: left - 1, at: now });
  else await ctx.db.patch(row._id, { left: left - 1, at: now });
  return true;
}

export async function giveTriesBack(ctx: MutationCtx, email: string): Promise<void> {
  const row = await triesOf(ctx, email);
  if (row !== null) await ctx.db.delete(row._id);
}

/** Rows whose tries have all come back. Returns how many it deleted. */
export async function sweepTries(ctx: MutationCtx, batch: number): Promise<number> {
  const rows = await ctx.db
    .query('signInTries')
    .withIndex('by_at', (q) => q.lt('at', Date.now() - maxTries * refillMs))
    .take(batch);
  for (const row of rows) await ctx.db.delete(row._id);
  return rows.length;
}

async function triesOf(ctx: MutationCtx, email: string): Promise<Doc<'signInTries'> | null> {
  const emailHash = await hashToken(email);
  return ctx.db
    .query('signInTries')
    .withIndex('by_emailHash', (q) => q.eq('emailHash', emailHash))
    .unique();
}
