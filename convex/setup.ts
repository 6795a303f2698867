/** First run: who may make a team, and making it (docs/rules.md R1). */
import { v } from 'convex/values';
import { noLimitNeeded, noPermissionNeeded, publicQuery, signedInMutation } from './functions';
import { firstTeam, requireTeamAllowed } from './model/setup/installation';
import { seedSampleShop } from './model/setup/sampleShop';
import { createTeam as makeTeam } from './model/setup/setup';

export const state = publicQuery(
  noPermissionNeeded('The first screen must know whether there is anything to sign in to.'),
  noLimitNeeded('Reads one document, the same for everybody.'),
)({
  args: {},
  returns: v.object({ needsSetup: v.boolean() }),
  handler: async (ctx) => ({ needsSetup: (await firstTeam(ctx)) === null }),
});

/** Serializability makes the check hold: of two first teams at once, one is refused. */
export const createTeam = signedInMutation({
  args: {
    teamName: v.string(),
    yourName: v.string(),
    token: v.optional(v.string()),
    withSampleShop: v.optional(v.boolean()),
  },
  returns: v.object({ teamId: v.id('teams'), memberId: v.id('members') }),
  handler: async (ctx, { teamName, yourName, token, withSampleShop }) => {
    await requireTeamAllowed(ctx, token);
    const { teamId, owner, agentId } = await makeTeam(ctx, { user: ctx.user, teamName, yourName });
    if (withSampleShop) await seedSampleShop(ctx, teamId, agentId);
    return { teamId, memberId: owner._id };
  },
});
