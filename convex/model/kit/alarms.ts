/**
 * Alarms: one pending job about a subject, the newest instant counts.
 *
 * The row in `alarms` names the job that is meant: one that finds another instant there, or nothing, was superseded and
 * does nothing. What an alarm is about is done by jobs/alarms.ts. A sweep looks for alarms that never rang and finds none.
 */
import { type Infer } from 'convex/values';
import { internal } from '../../_generated/api';
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import type { vAlarmKind } from '../../tables/alarms';

export type AlarmKind = Infer<typeof vAlarmKind>;

/** A job runs within milliseconds of its instant; a row this old was lost. */
export const lostAfterMs = 60_000;

function pendingAlarm(
  ctx: Pick<QueryCtx, 'db'>,
  kind: AlarmKind,
  subject: string,
): Promise<Doc<'alarms'> | null> {
  return ctx.db
    .query('alarms')
    .withIndex('by_kind_and_subject', (q) => q.eq('kind', kind).eq('subject', subject))
    .unique();
}

export async function isAlarmSet(ctx: MutationCtx, kind: AlarmKind, subject: string): Promise<boolean> {
  return (await pendingAlarm(ctx, kind, subject)) !== null;
}

/** Null: none is set. */
export async function alarmAt(
  ctx: Pick<QueryCtx, 'db'>,
  kind: AlarmKind,
  subject: string,
): Promise<number | null> {
  return (await pendingAlarm(ctx, kind, subject))?.dueAt ?? null;
}

/** In place of whatever is pending; undefined: not any more. */
export async function setAlarm(
  ctx: MutationCtx,
  kind: AlarmKind,
  subject: string,
  dueAt: number | undefined,
): Promise<void> {
  await replaceAlarm(ctx, await pendingAlarm(ctx, kind, subject), { kind, subject, dueAt });
}

/** At `dueAt`, unless one is pending for then or earlier. */
export async function setAlarmBy(
  ctx: MutationCtx,
  kind: AlarmKind,
  subject: string,
  dueAt: number,
): Promise<void> {
  const pending = await pendingAlarm(ctx, kind, subject);
  if (pending === null || pending.dueAt > dueAt) await replaceAlarm(ctx, pending, { kind, subject, dueAt });
}

async function replaceAlarm(
  ctx: MutationCtx,
  pending: Doc<'alarms'> | null,
  { kind, subject, dueAt }: { kind: AlarmKind; subject: string; dueAt: number | undefined },
): Promise<void> {
  if (pending?.dueAt === dueAt) return;
  if (dueAt === undefined) return ctx.db.delete(pending!._id);
  if (pending === null) await ctx.db.insert('alarms', { kind, subject, dueAt });
  else await ctx.db.patch(pending._id, { dueAt });
  await ctx.scheduler.runAt(dueAt, internal.jobs.alarms.ring, { kind, subject, dueAt });
}

/** For the job: whether it is the one that is meant. It is then no longer pending. */
export async function takeAlarm(
  ctx: MutationCtx,
  { kind, subject, dueAt }: Pick<Doc<'alarms'>, 'kind' | 'subject' | 'dueAt'>,
): Promise<boolean> {
  const pending = await pendingAlarm(ctx, kind, subject);
  if (pending?.dueAt !== dueAt) return false;
  await ctx.db.delete(pending._id);
  return true;
}

/** At most `count` alarms whose job never came. */
export function lostAlarms(ctx: MutationCtx, count: number): Promise<Doc<'alarms'>[]> {
  return ctx.db
    .query('alarms')
    .withIndex('by_dueAt', (q) => q.lt('dueAt', Date.now() - lostAfterMs))
    .take(count);
}
