/** The transactions around the rendering of what is passed on (docs/rules.md M3): what `mails.forward` calls. */
import { v } from 'convex/values';
import { internalMutation, internalQuery } from '../../functions';
import {
  gatherForward,
  recordForward,
  vForwardAsked,
  vForwardFacts,
} from '../../model/delivery/mail/forwards';
import { loadMemberFor } from '../../model/kit/access';

const byMember = { teamId: v.id('teams'), memberId: v.id('members'), asked: vForwardAsked };

export const gather = internalQuery({
  args: byMember,
  returns: vForwardFacts,
  handler: async (ctx, { teamId, memberId, asked }) =>
    gatherForward(ctx, await loadMemberFor(ctx, { teamId }, memberId), asked),
});

export const record = internalMutation({
  args: {
    ...byMember,
    rendered: v.object({ subject: v.string(), text: v.string(), html: v.string() }),
  },
  returns: v.null(),
  handler: async (ctx, { teamId, memberId, asked, rendered }) => {
    await recordForward(ctx, await loadMemberFor(ctx, { teamId }, memberId), { ...asked, rendered });
    return null;
  },
});
