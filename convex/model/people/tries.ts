/**
 * Guessing is slow (docs/rules.md E4): what is tried is counted against whoever tries, in any 15 minutes.
 *
 * A sign-in from a browser that is not known counts against its account, together with all such, and against its source over
 * all accounts. A browser that signed in to the account before counts alone, so an attack on an account neither keeps its owner
 * out nor gives the attacker a second go. Known and unknown addresses count alike, so a refusal does not tell which exist. A
 * try is taken before anything is looked at, so parallel guesses cannot share one; whoever was right gets their own back, and
 * nobody else's.
 *
 * The very instants are kept, so that the bound holds for every window and not just on average.
 */
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';

const windowMs = 15 * 60_000;

/** A kind of who, and how many tries each has. */
const mostOf = {
  account: 10,
  browser: 10,
  session: 10,
  link: 10,
  source: 30,
  // Wishes for a link to a new password, which are mails to somebody.
  forgotten: 3,
  forgetful: 10,
};
export type TryKey = `${keyof typeof mostOf}:${string}`;

/** Takes one try under each key, or none at all. Returns how long to wait until all have one; 0: taken. */
export async function takeTry(ctx: MutationCtx, keys: readonly string[]): Promise<number> {
  const now = Date.now();
  const rows = await Promise.all(keys.map((key) => triesOf(ctx, key)));
  const recent = rows.map((row) => row?.triedAt.filter((at) => at > now - windowMs) ?? []);
  const waits = recent.map((triedAt, position) =>
    triedAt.length < most(keys[position]!) ? 0 : triedAt[0]! + windowMs - now,
  );
  const waitMs = Math.max(0, ...waits);
  if (waitMs > 0) return waitMs;
  for (const [position, row] of rows.entries()) {
    const tried = { triedAt: [...recent[position]!, now], lastAt: now };
    if (row === null) await ctx.db.insert('tries', { key: keys[position]!, ...tried });
    else await ctx.db.patch(row._id, tried);
  }
  return 0;
}

/** One try back under each key. */
export async function giveTryBack(ctx: MutationCtx, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const row = await triesOf(ctx, key);
    if (row !== null) await ctx.db.patch(row._id, { triedAt: row.triedAt.slice(0, -1) });
  }
}

/** Rows whose tries are all over. Returns how many it deleted. */
export async function sweepTries(ctx: MutationCtx, batch: number): Promise<number> {
  const rows = await ctx.db
    .query('tries')
    .withIndex('by_lastAt', (q) => q.lt('lastAt', Date.now() - windowMs))
    .take(batch);
  for (const row of rows) await ctx.db.delete(row._id);
  return rows.length;
}

function most(key: string): number {
  return mostOf[key.split(':', 1)[0] as keyof typeof mostOf];
}

function triesOf(ctx: MutationCtx, key: string): Promise<Doc<'tries'> | null> {
  return ctx.db
    .query('tries')
    .withIndex('by_key', (q) => q.eq('key', key))
    .unique();
}
