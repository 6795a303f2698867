/** The team's calendar (docs/rules.md H1, H5): when people are there. One row a team; none: not known. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { timesOfHours } from '../../shared/agents/openingHours';
import { type Calendar, faultOfCalendar, type OpenTimes, openTimesOf } from '../../shared/kit/calendar';
import { appError } from './errors';

type Reader = Pick<QueryCtx, 'db'>;

function getRow(ctx: Reader, teamId: Id<'teams'>): Promise<Doc<'calendars'> | null> {
  return ctx.db
    .query('calendars')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .unique();
}

export async function getCalendar(ctx: Reader, teamId: Id<'teams'>): Promise<Calendar | null> {
  const row = await getRow(ctx, teamId);
  if (row === null) return null;
  const { timeZone, week, holidays } = row;
  return { timeZone, week, holidays };
}

/** What counts for an agent's conversations: its own hours, where it has kept some, else the team's. Undefined: not known. */
export async function calendarOfAgent(
  ctx: Reader,
  { teamId, openingHours }: Pick<Doc<'agents'>, 'teamId' | 'openingHours'>,
): Promise<OpenTimes | undefined> {
  if (openingHours !== undefined) return timesOfHours(openingHours);
  const calendar = await getCalendar(ctx, teamId);
  return calendar === null ? undefined : openTimesOf(calendar);
}

/** Null: not known any more. Holidays are kept in order. */
export async function saveCalendar(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  calendar: Calendar | null,
): Promise<void> {
  const fault = calendar === null ? null : faultOfCalendar(calendar);
  if (fault !== null) throw appError('INVALID_INPUT', fault);
  const row = await getRow(ctx, teamId);
  if (calendar === null) return row === null ? undefined : ctx.db.delete(row._id);
  const holidays = calendar.holidays.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  if (row === null) await ctx.db.insert('calendars', { ...calendar, holidays, teamId });
  else await ctx.db.patch(row._id, { ...calendar, holidays });
}
