/** The gates for actions, which have no database of their own (docs/rules.md R2). */
import { v } from 'convex/values';
import { internalQuery, requireMember, requireUser } from '../functions';
import type { Permission } from '../shared/people/permissions';

export const requireMemberOf = internalQuery({
  args: { teamId: v.id('teams'), permission: v.string() },
  returns: v.any(),
  handler: (ctx, args) => requireMember(ctx, args.teamId, args.permission as Permission),
});

export const requireSignedIn = internalQuery({
  args: {},
  returns: v.any(),
  handler: (ctx) => requireUser(ctx),
});
