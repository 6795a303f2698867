/** The transactions behind the widget's HTTP routes; the token itself never comes here, only its hash. */
import { v } from 'convex/values';
import { internalMutation } from '../functions';
import { requireOpen } from '../model/kit/closed';
import { mintSession, renewSession } from '../model/customer/customerSessions';

export const create = internalMutation({
  args: {
    publicId: v.string(),
    tokenHash: v.string(),
    source: v.union(v.string(), v.null()),
    writes: v.boolean(),
    timeZone: v.optional(v.string()),
    mailToken: v.optional(v.string()),
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
