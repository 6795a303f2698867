/**
 * How often somebody may do something: fixed windows, counted in the transaction that does it. The only writer of
 * `requestWindows`; rows go with the sweep when their window has passed.
 */
import type { MutationCtx } from '../../_generated/server';

/** True while fewer than `limit` were taken under this key in the running window. */
export async function takeOne(
  ctx: MutationCtx,
  key: string,
  limit: number,
  windowMs: number,
): Promise<boolean> {
  const now = Date.now();
  const window = await ctx.db
    .query('requestWindows')
    .withIndex('by_key', (q) => q.eq('key', key))
    .unique();
  if (window === null) {
    await ctx.db.insert('requestWindows', { key, count: 1, expiresAt: now + windowMs });
    return true;
  }
  if (window.expiresAt <= now) {
    await ctx.db.patch(window._id, { count: 1, expiresAt: now + windowMs });
    return true;
  }
  if (window.count >= limit) return false;
  await ctx.db.patch(window._id, { count: window.count + 1 });
  return true;
}
