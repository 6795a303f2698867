/** The scheduled side of figures over time (docs/rules.md B2). */
import { v } from 'convex/values';
import { internalMutation } from '../functions';
import { fold as foldFacts } from '../model/measures/folding';
import {
  clearGenerations,
  measureAgain,
  recountTeam,
  vTeamPlace,
  vThreadPlace,
} from '../model/measures/recount';

export const fold = internalMutation({
  args: { teamId: v.id('teams') },
  returns: v.null(),
  handler: async (ctx, { teamId }) => {
    await foldFacts(ctx, teamId);
    return null;
  },
});

export const recount = internalMutation({
  args: { teamId: v.id('teams'), generation: v.number(), place: vTeamPlace },
  returns: v.null(),
  handler: async (ctx, args) => {
    await recountTeam(ctx, args);
    return null;
  },
});

export const again = internalMutation({
  args: { conversationId: v.id('conversations'), place: v.optional(vThreadPlace) },
  returns: v.null(),
  handler: async (ctx, { conversationId, place }) => {
    await measureAgain(ctx, conversationId, place);
    return null;
  },
});

export const clear = internalMutation({
  args: { teamId: v.id('teams'), before: v.number() },
  returns: v.null(),
  handler: async (ctx, { teamId, before }) => {
    await clearGenerations(ctx, teamId, before);
    return null;
  },
});
