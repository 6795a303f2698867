/**
 * From version 1: jobs that are pending under names that are gone are scheduled under those of now, for the same instant.
 * One that came due after the push and before its turn here has failed for want of its function, and is made up for.
 *
 * Whatever of before has failed is scheduled again, for whatever reason it did: each job names what it belongs to and does
 * nothing once that has changed.
 */
import type { FunctionReference, SystemDataModel } from 'convex/server';
import { v, type Value } from 'convex/values';
import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { type CaseCtx, internalMutation } from '../../functions';
import { thinkAnew } from '../../model/control/agentRuns';
import { openCaseOf } from '../../model/conversation/case';

type Job = SystemDataModel['_scheduled_functions']['document'];
type Args = Record<string, Value>;
type Target = FunctionReference<'mutation', 'internal'>;

/** What does a former job's work: at its instant with the same arguments, or right away. */
type Successor = { target: Target } | { now: (ctx: CaseCtx, args: Args) => Promise<void> };

const renamed = (target: Target): Successor => ({ target });

/** Waited for elsewhere since data.ts: by the head, or by an alarm. */
const waitedForElsewhere = null;
/** Rows name no agent any more. */
const nobodyWaits = null;

const successors: Record<string, Successor | null> = {
  'agentRuns:answerOverdue': waitedForElsewhere,
  'agents/knowledge:deliver': { now: thinkAnewOf },
  'agents/knowledge:run': { now: thinkAnewOf },
  'members:checkPresence': waitedForElsewhere,
  'members:release': renamed(internal.jobs.members.release),
  'outbox:expireLease': renamed(internal.jobs.outbox.expireLease),
  'outbox:tryAgain': renamed(internal.jobs.outbox.tryAgain),
  'routing:pass': renamed(internal.jobs.routing.pass),
  'routing:wake': waitedForElsewhere,
  'sweeps:expired': renamed(internal.jobs.sweeps.expired),
  'sweeps:routing': renamed(internal.jobs.sweeps.routing),
  'ticketJobs:autoClose': renamed(internal.jobs.tickets.autoClose),
  'ticketJobs:endSnooze': renamed(internal.jobs.tickets.endSnooze),
  'ticketJobs:releaseReopened': renamed(internal.jobs.tickets.releaseReopened),
  'ticketJobs:renameInRows': nobodyWaits,
  'vanished:look': waitedForElsewhere,
};

/** The built-in agent types again and then answers what stands there by now. A turn was named by its row before. */
async function thinkAnewOf(ctx: CaseCtx, { runId, conversationId }: Args): Promise<void> {
  const run = runId === undefined ? null : await ctx.db.get(runId as Id<'agentRuns'>);
  const of = (run?.conversationId ?? conversationId) as Id<'conversations'> | undefined;
  if (of !== undefined) await thinkAnew(ctx, await openCaseOf(ctx, of));
}

/** Jobs one transaction looks at; nearly all are done. */
const batchSize = 500;

export const pending = internalMutation({
  args: {
    cursor: v.union(v.string(), v.null()),
    batchSize: v.optional(v.number()),
    dryRun: v.boolean(),
    oneBatchOnly: v.boolean(),
  },
  returns: v.object({ continueCursor: v.string(), isDone: v.boolean(), processed: v.number() }),
  handler: async (ctx, { cursor, batchSize: numItems = batchSize }) => {
    const all = ctx.db.system.query('_scheduled_functions');
    const { page, continueCursor, isDone } = await all.paginate({ cursor, numItems });
    const former = page.filter(isFormer);
    for (const job of former) await bringOver(ctx, job);
    return { continueCursor, isDone, processed: former.length };
  },
});

function isFormer({ name, state }: Job): boolean {
  if (state.kind !== 'pending' && state.kind !== 'failed') return false;
  return nameOf(name) in successors;
}

async function bringOver(
  ctx: CaseCtx,
  { _id, name, args: [args], scheduledTime, state }: Job,
): Promise<void> {
  if (state.kind === 'pending') await ctx.scheduler.cancel(_id);
  const successor = successors[nameOf(name)] ?? null;
  if (successor === null) return;
  if ('now' in successor) return successor.now(ctx, args as Args);
  await ctx.scheduler.runAt(Math.max(scheduledTime, Date.now()), successor.target, args as Args);
}

/** `module.js:function`, as jobs carry it, without the ending. */
function nameOf(name: string): string {
  return name.replace(/\.js(?=:)/, '');
}
