/**
 * Jobs on their way to another deployment (scripts/move.ts). Snapshots hold documents and files; what is scheduled is
 * read here, function, arguments and instant, and scheduled there. Every job names what it belongs to and does nothing
 * once that has changed, so one that is carried over although it has just run is harmless.
 */
import { makeFunctionReference } from 'convex/server';
import { v } from 'convex/values';
import { internalMutation, internalQuery } from '../functions';

const pageSize = 200;
/** Crons and migrations begin again by themselves wherever the functions are pushed. */
const stays = /^(?:jobs\/sweeps|jobs\/webhooks:sweep|jobs\/moving|migrations\/)/;

const vJob = v.object({ name: v.string(), args: v.any(), at: v.number() });

/** Newest first; `isOpen`: still to run, or running. */
export const list = internalQuery({
  args: { cursor: v.union(v.string(), v.null()) },
  returns: v.object({
    jobs: v.array(v.object({ id: v.string(), madeAt: v.number(), isOpen: v.boolean(), job: vJob })),
    cursor: v.union(v.string(), v.null()),
  }),
  handler: async (ctx, { cursor }) => {
    const { page, isDone, continueCursor } = await ctx.db.system
      .query('_scheduled_functions')
      .order('desc')
      .paginate({ numItems: pageSize, cursor });
    const jobs = page.map(({ _id: id, _creationTime: madeAt, name, args, scheduledTime: at, state }) => ({
      id,
      madeAt,
      isOpen: state.kind === 'pending' || state.kind === 'inProgress',
      job: { name: name.replace(/\.js(?=:)/, ''), args: beginningAnew(args[0]), at },
    }));
    return { jobs: jobs.filter(({ job }) => !stays.test(job.name)), cursor: isDone ? null : continueCursor };
  },
});

/** A place in another deployment's index means nothing here: who walks one starts again. */
function beginningAnew(args: Record<string, unknown> = {}): Record<string, unknown> {
  return 'cursor' in args ? { ...args, cursor: null } : args;
}

export const arm = internalMutation({
  args: { jobs: v.array(vJob) },
  returns: v.null(),
  handler: async (ctx, { jobs }) => {
    for (const { name, args, at } of jobs) {
      await ctx.scheduler.runAt(at, makeFunctionReference<'mutation'>(name), args as Record<string, unknown>);
    }
    return null;
  },
});

/** Where this deployment is reached. */
export const addresses = internalQuery({
  args: {},
  returns: v.object({ url: v.string(), siteUrl: v.string() }),
  handler: async () => ({
    url: process.env.CONVEX_CLOUD_URL ?? '',
    siteUrl: process.env.CONVEX_SITE_URL ?? '',
  }),
});
