/** Figures over time, for managers (docs/rules.md B1–B4). */
import { v } from 'convex/values';
import { sharedQuery } from './functions';
import {
  behindFigure,
  figuresBy,
  figuresOfDays,
  handoversNow,
  shareNow,
  vBehind,
  vDays,
  vFigures,
  vHandovers,
  vShare,
} from './model/measures/figures';
import { vBy } from './shared/measures/counters';
import { vFactKind } from './shared/measures/facts';

/** `minute`: of now, since 1970. `hours`: so many, the present one included. */
const lately = { minute: v.number(), hours: v.number() };
/** The first and the last date of the team's zone, in days since 1970-01-01: at most 92 together. */
const range = { from: v.number(), to: v.number() };

/** [B1] Handovers by why, in the last sixty minutes and by hour. */
export const handovers = sharedQuery('reports.read')({
  args: lately,
  returns: vHandovers,
  handler: (ctx, { teamId, ...asked }) => handoversNow(ctx, teamId, asked),
});

/** [B1] Conversations that began, and those of them that a person has had to do with. */
export const share = sharedQuery('reports.read')({
  args: lately,
  returns: vShare,
  handler: (ctx, { teamId, ...asked }) => shareNow(ctx, teamId, asked),
});

/** [B3] What happened in these days: of the team, or of each agent, channel, priority, operator or reason. */
export const figures = sharedQuery('reports.read')({
  args: { ...range, by: vBy },
  returns: vFigures,
  handler: (ctx, { teamId, ...asked }) => figuresBy(ctx, teamId, asked),
});

/** [B3] The team's days, but for those without anything. */
export const days = sharedQuery('reports.read')({
  args: range,
  returns: vDays,
  handler: (ctx, { teamId, ...asked }) => figuresOfDays(ctx, teamId, asked),
});

/** [B4] What one of these numbers counts, newest first, at most 200 out of 4,000. `of` is empty for the team. */
export const behind = sharedQuery('reports.read')({
  args: { ...range, kind: vFactKind, by: vBy, of: v.string() },
  returns: vBehind,
  handler: (ctx, { teamId, ...asked }) => behindFigure(ctx, teamId, asked),
});
