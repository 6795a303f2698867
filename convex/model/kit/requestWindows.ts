/**
 * How often somebody may do something (docs/rules.md E4): the limits of shared/kit/limits.ts, counted in fixed windows in the
 * transaction that does it. The only writer of `requestWindows`; rows go with the sweep when their window has passed.
 */
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { type Limit, type LimitName, limits } from '../../shared/kit/limits';
import { appError } from './errors';

/** A limit, and whom it counts against: an id, or a hash of what is nobody's to know. */
export type Asked = readonly [limit: LimitName, of: string];

/** Takes one of each, or none at all. Returns how long to wait until all have one; 0: taken. */
export async function take(ctx: MutationCtx, asked: readonly Asked[]): Promise<number> {
  const windows = await Promise.all(asked.map((each) => openWindow(ctx, each)));
  const waitMs = Math.max(0, ...windows.map((window) => window.waitMs));
  if (waitMs === 0) for (const window of windows) await window.count();
  return waitMs;
}

/** Takes one, or refuses with RATE_LIMITED. */
export async function spend(ctx: MutationCtx, ...asked: Asked): Promise<void> {
  const waitMs = await take(ctx, [asked]);
  if (waitMs > 0) throw tooMany(waitMs);
}

/** Refuses with RATE_LIMITED when none is left; otherwise how to count one, for what may come to nothing. */
export async function reserve(ctx: MutationCtx, ...asked: Asked): Promise<() => Promise<void>> {
  const { waitMs, count } = await openWindow(ctx, asked);
  if (waitMs > 0) throw tooMany(waitMs);
  return count;
}

/** `waitMs`: until another one is free. */
export function tooMany(waitMs: number) {
  return appError('RATE_LIMITED', 'That was too much at once. Wait a moment.', { waitMs });
}

interface Window {
  /** 0: there is room. */
  waitMs: number;
  count: () => Promise<void>;
}

async function openWindow(ctx: MutationCtx, [name, of]: Asked): Promise<Window> {
  const { most, withinMs } = limits[name];
  const keys = windowKeys(name, of);
  const key = keys[Math.floor(Math.random() * keys.length)]!;
  const now = Date.now();
  const stored = await windowOf(ctx, key);
  const running = stored !== null && stored.expiresAt > now ? stored : null;
  const next = { count: (running?.count ?? 0) + 1, expiresAt: running?.expiresAt ?? now + withinMs };
  return {
    waitMs: running !== null && running.count >= most / keys.length ? running.expiresAt - now : 0,
    count: async () => {
      if (stored === null) await ctx.db.insert('requestWindows', { key, ...next });
      else await ctx.db.patch(stored._id, next);
    },
  };
}

/** The rows in which a limit is counted. */
export function windowKeys(name: LimitName, of: string): string[] {
  const { parts = 1 }: Limit = limits[name];
  return parts === 1 ? [`${name}:${of}`] : Array.from({ length: parts }, (_, at) => `${name}:${of}:${at}`);
}

function windowOf(ctx: MutationCtx, key: string): Promise<Doc<'requestWindows'> | null> {
  return ctx.db
    .query('requestWindows')
    .withIndex('by_key', (q) => q.eq('key', key))
    .unique();
}
