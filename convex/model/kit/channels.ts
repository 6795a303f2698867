/** The ways in of a team, as everybody reads them; model/delivery/channels.ts alone writes them. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';

type Reader = Pick<QueryCtx, 'db'>;

/** Of one team, and on one account of a provider. */
export const maxChannels = 100;

/** The oldest first. */
export function listChannels(ctx: Reader, teamId: Id<'teams'>): Promise<Doc<'channels'>[]> {
  return ctx.db
    .query('channels')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .take(maxChannels);
}

/** Whose sends share one account, whatever team they are of. */
export function listChannelsOn(ctx: Reader, account: string): Promise<Doc<'channels'>[]> {
  return ctx.db
    .query('channels')
    .withIndex('by_account', (q) => q.eq('account', account))
    .take(maxChannels);
}
