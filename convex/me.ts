import { v } from 'convex/values';
import { signedInQuery } from './functions';
import { keysFor, vReadKeys } from './model/people/readKeys';
import { vRole } from './shared/people/people';

/** More teams than one person works in. */
const maxMemberships = 50;

/** Who is signed in, and the teams they belong to now. */
export const get = signedInQuery({
  args: {},
  returns: v.object({
    userId: v.id('users'),
    name: v.string(),
    email: v.string(),
    memberships: v.array(
      v.object({
        teamId: v.id('teams'),
        teamName: v.string(),
        memberId: v.id('members'),
        role: vRole,
        name: v.string(),
        /** Below their mails; '': none of their own. */
        signature: v.string(),
        /** [E5] For shared queries; each takes the key of the lowest role that may read it. */
        readKeys: vReadKeys,
      }),
    ),
  }),
  handler: async (ctx) => {
    const { _id: userId, name = '', email = '' } = ctx.user;
    const members = await ctx.db
      .query('members')
      .withIndex('by_userId', (q) => q.eq('userId', userId))
      .take(maxMemberships);
    const active = members.filter((member) => member.removedAt === undefined);
    const memberships = await Promise.all(
      active.map(async (member) => {
        const teamName = (await ctx.db.get(member.teamId))?.name ?? '';
        return {
          teamId: member.teamId,
          teamName,
          memberId: member._id,
          role: member.role,
          name: member.name,
          signature: member.signature ?? '',
          readKeys: await keysFor(ctx, member.teamId, member.role),
        };
      }),
    );
    return { userId, name, email, memberships };
  },
});
