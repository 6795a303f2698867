/** The transactions behind the widget's HTTP routes; the token itself never comes here, only its hash. */
import { type Infer, v } from 'convex/values';
import { type CaseCtx, internalMutation, internalQuery, type QueryCtx } from '../functions';
import type { Doc } from '../_generated/dataModel';
import { requireOpen } from '../model/kit/closed';
import {
  endSession,
  findLiveSession,
  identifySession,
  mintSession,
  renewSession,
} from '../model/customer/customerSessions';
import { openIdentitySecrets } from '../model/customer/identitySecrets';
import { spend } from '../model/kit/requestWindows';
import { vPerson } from '../shared/customer/persons';

const vSigned = v.object({ person: vPerson, secretId: v.id('identitySecrets') });

export const create = internalMutation({
  args: {
    publicId: v.string(),
    tokenHash: v.string(),
    source: v.union(v.string(), v.null()),
    writes: v.boolean(),
    timeZone: v.optional(v.string()),
    mailToken: v.optional(v.string()),
    signed: v.optional(vSigned),
  },
  returns: v.id('customerSessions'),
  handler: (ctx, args) => {
    requireOpen();
    return mintSession(ctx, args);
  },
});

export const renew = internalMutation({
  args: { tokenHash: v.string() },
  returns: v.union(v.id('customerSessions'), v.null()),
  handler: (ctx, { tokenHash }) => {
    requireOpen();
    return renewSession(ctx, tokenHash);
  },
});

const vIdentityKeys = v.object({
  publicId: v.string(),
  keys: v.array(v.object({ secretId: v.id('identitySecrets'), secret: v.string() })),
});
/** What a token has to be for, and what may have signed it. */
export type IdentityKeys = Infer<typeof vIdentityKeys>;

/** Null: there is no such channel. */
export const identityKeys = internalQuery({
  args: { publicId: v.string() },
  returns: v.union(vIdentityKeys, v.null()),
  handler: async (ctx, { publicId }) => {
    const channel = await ctx.db
      .query('channels')
      .withIndex('by_publicId', (q) => q.eq('publicId', publicId))
      .unique();
    return channel && keysOf(ctx, channel);
  },
});

async function keysOf(
  ctx: Pick<QueryCtx | CaseCtx, 'db'>,
  { _id, publicId }: Doc<'channels'>,
): Promise<IdentityKeys> {
  return { publicId, keys: await openIdentitySecrets(ctx, _id) };
}

/** [E4] Counted before anything is checked. Null: the session has ended. */
export const admitIdentity = internalMutation({
  args: { tokenHash: v.string() },
  returns: v.union(vIdentityKeys, v.null()),
  handler: async (ctx, { tokenHash }) => {
    requireOpen();
    const session = await findLiveSession(ctx, tokenHash);
    if (session === null) return null;
    await spend(ctx, 'identitiesOfSession', session._id);
    return keysOf(ctx, (await ctx.db.get(session.channelId))!);
  },
});

export const identify = internalMutation({
  args: {
    tokenHash: v.string(),
    newTokenHash: v.string(),
    source: v.union(v.string(), v.null()),
    signed: vSigned,
  },
  returns: v.union(v.object({ sessionId: v.id('customerSessions'), isSame: v.boolean() }), v.null()),
  handler: (ctx, args) => {
    requireOpen();
    return identifySession(ctx, args);
  },
});

export const end = internalMutation({
  args: { tokenHash: v.string() },
  returns: v.null(),
  handler: (ctx, { tokenHash }) => {
    requireOpen();
    return endSession(ctx, tokenHash);
  },
});
