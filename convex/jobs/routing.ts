/** The scheduled side of automatic assignment (docs/rules.md A6, A8). */
import { v } from 'convex/values';
import { internalMutation } from '../functions';
import { requestRouting } from '../model/routing/routing';
import { runRoutingPass } from '../model/routing/routingPass';

export const pass = internalMutation({
  args: { teamId: v.id('teams') },
  returns: v.null(),
  handler: async (ctx, { teamId }) => {
    await runRoutingPass(ctx, teamId);
    return null;
  },
});

/** [A8] Somebody's next ticket of a ramp may be due. */
export const wake = internalMutation({
  args: { teamId: v.id('teams') },
  returns: v.null(),
  handler: async (ctx, { teamId }) => {
    await requestRouting(ctx, teamId);
    return null;
  },
});
