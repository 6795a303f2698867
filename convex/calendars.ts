/** When the team is there (docs/rules.md H1, H5). */
import { v } from 'convex/values';
import { operatorMutation, sharedQuery } from './functions';
import { getCalendar, saveCalendar } from './model/kit/calendars';
import { beginWalk } from './model/tickets/clockWalks';
import { audit } from './model/kit/audit';
import { followZone } from './model/measures/recount';
import { vCalendar } from './shared/kit/calendar';

const vKnown = v.union(vCalendar, v.null());

/** Null: not known. */
export const get = sharedQuery('team.read')({
  args: {},
  returns: vKnown,
  handler: (ctx, { teamId }) => getCalendar(ctx, teamId),
});

export const save = operatorMutation('team.update')({
  args: { calendar: vKnown },
  returns: v.null(),
  handler: async (ctx, { teamId, calendar }) => {
    await saveCalendar(ctx, teamId, calendar);
    if (calendar !== null) await followZone(ctx, teamId, calendar.timeZone);
    // Whatever is due by these hours moves.
    await beginWalk(ctx, teamId);
    const detail = calendar === null ? 'none' : calendar.timeZone;
    await audit(ctx, { teamId, actor: ctx.member, action: 'calendar.saved', subject: teamId, detail });
    return null;
  },
});
