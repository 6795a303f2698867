/** The gates for actions, which have no database of their own (docs/rules.md R2). */
import { v } from 'convex/values';
import { internalMutation, internalQuery, requireMember, requireUser } from '../functions';
import { spend } from '../model/kit/requestWindows';
import type { LimitName } from '../shared/kit/limits';
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

/** [E4] Work that an action does for a team is the team's. */
export const spendOfTeam = internalMutation({
  args: { teamId: v.id('teams'), limit: v.string() },
  returns: v.null(),
  handler: async (ctx, { teamId, limit }) => {
    await spend(ctx, limit as LimitName, teamId);
    return null;
  },
});
