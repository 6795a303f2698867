/** The scheduled side of automatic assignment (docs/rules.md A6). */
import { v } from 'convex/values';
import { deadlineMutation } from '../functions';
import { runRoutingPass } from '../model/routing/routingPass';

export const pass = deadlineMutation({
  args: { teamId: v.id('teams') },
  returns: v.null(),
  handler: async (ctx, { teamId }) => {
    await runRoutingPass(ctx, teamId);
    return null;
  },
});
