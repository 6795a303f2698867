/** Lists that are kept under a name, one's own and the team's. */
import { v } from 'convex/values';
import type { Doc } from './_generated/dataModel';
import { operatorMutation, operatorQuery, sharedQuery } from './functions';
import { loadSavedViewFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import { listViews, removeView, saveView } from './model/tickets/savedViews';
import { vSavedList } from './shared/tickets/savedViews';

const vSavedView = v.object({ _id: v.id('savedViews'), name: v.string(), list: vSavedList });
const shown = ({ _id, name, list }: Doc<'savedViews'>) => ({ _id, name, list });

/** The team's, at most 50. */
export const ofTeam = sharedQuery('ticket.read')({
  args: {},
  returns: v.array(vSavedView),
  handler: async (ctx, { teamId }) => (await listViews(ctx, teamId, undefined)).map(shown),
});

/** The caller's own, at most 50. */
export const mine = operatorQuery('ticket.read')({
  args: {},
  returns: v.array(vSavedView),
  handler: async (ctx, { teamId }) => (await listViews(ctx, teamId, ctx.member._id)).map(shown),
});

const written = { viewId: v.optional(v.id('savedViews')), name: v.string(), list: vSavedList };
const ofMember = ({ teamId, _id: memberId }: Doc<'members'>) => ({ teamId, memberId });
const ofWholeTeam = ({ teamId }: Doc<'members'>) => ({ teamId, memberId: undefined });

/** One's own. Without an id, or with that of one that is not theirs, it adds one. */
export const save = operatorMutation('ticket.work')({
  args: written,
  returns: v.id('savedViews'),
  handler: async (ctx, { viewId, ...view }) => {
    if (viewId !== undefined) await loadSavedViewFor(ctx, ctx.member, viewId);
    return saveView(ctx, ofMember(ctx.member), viewId, view);
  },
});

export const remove = operatorMutation('ticket.work')({
  args: { viewId: v.id('savedViews') },
  returns: v.null(),
  handler: async (ctx, { viewId }) => {
    await loadSavedViewFor(ctx, ctx.member, viewId);
    await removeView(ctx, ofMember(ctx.member), viewId);
    return null;
  },
});

/** As `save`, of the team. */
export const saveForTeam = operatorMutation('savedViews.manage')({
  args: written,
  returns: v.id('savedViews'),
  handler: async (ctx, { viewId, teamId, ...view }) => {
    if (viewId !== undefined) await loadSavedViewFor(ctx, ctx.member, viewId);
    const subject = await saveView(ctx, ofWholeTeam(ctx.member), viewId, view);
    await audit(ctx, { teamId, actor: ctx.member, action: 'savedView.saved', subject });
    return subject;
  },
});

export const removeForTeam = operatorMutation('savedViews.manage')({
  args: { viewId: v.id('savedViews') },
  returns: v.null(),
  handler: async (ctx, { teamId, viewId }) => {
    await loadSavedViewFor(ctx, ctx.member, viewId);
    await removeView(ctx, ofWholeTeam(ctx.member), viewId);
    await audit(ctx, { teamId, actor: ctx.member, action: 'savedView.removed', subject: viewId });
    return null;
  },
});
