/**
 * Brings the data of before up to date after a push: every migration in its order, each once (docs/operating.md,
 * "Upgrading"). scripts/upgrade.ts takes the steps at every start, `npm run deploy` after every push.
 *
 * A batch and its mark are one transaction, so a run that was cut off is taken up where it was. A migration stays in the list
 * as long as data of its version may be opened.
 */
import type { MigrationFunctionReference, MigrationStatus } from '@convex-dev/migrations';
import { createFunctionHandle, getFunctionName } from 'convex/server';
import { type Infer, v } from 'convex/values';
import { components, internal } from '../_generated/api';
import { type CaseCtx, internalAction, internalMutation } from '../functions';
import { migrations } from './migrations';

/**
 * Oldest version first; of each, data first: what jobs are scheduled anew for is then where they look for it. A folder goes
 * through all that it has not been through, so what is here is never moved or renamed.
 */
const { data, jobs } = internal.migrations.from1;
const { articles } = internal.migrations.from2.articles;
const { identities, heads, sends } = internal.migrations.from2.data;
const { awaited } = internal.migrations.from2.awaited;
const { teams } = internal.migrations.from3.measures;
const { deadlines } = internal.migrations.from3.deadlines;
const { places } = internal.migrations.from3.places;
const { waits, mailed, choices } = internal.migrations.from3.needs;
const { pastMails } = internal.migrations.from3.pastMails;
const { entries, conversations } = internal.migrations.from3.search;
const { takeovers } = internal.migrations.from3.board;
const { callNames } = internal.migrations.from4.callNames;
const { leavers } = internal.migrations.from4.leavers;
const { handovers } = internal.migrations.from4.measures;
const people = internal.migrations.from4.searchPeople.callNames;
const inOrder: MigrationFunctionReference[] = [
  data.readKeys,
  data.places,
  data.customerWords,
  data.rows,
  data.turns,
  data.answers,
  data.holders,
  data.presence,
  data.tries,
  data.ramps,
  data.loads,
  data.decisions,
  data.presentTickets,
  data.articles,
  jobs.pending,
  articles,
  identities,
  heads,
  awaited,
  sends,
  teams,
  deadlines,
  places,
  waits,
  mailed,
  choices,
  pastMails,
  entries,
  conversations,
  takeovers,
  leavers,
  callNames,
  handovers,
  people,
];

const vStep = v.object({ isUpToDate: v.boolean(), migrated: v.number() });

/** One batch of the first migration that is not done; those that find nothing to do are done with it. */
export const step = internalMutation({
  args: {},
  returns: vStep,
  handler: async (ctx) => {
    const statuses = await migrations.getStatus(ctx, { migrations: inOrder });
    for (const migration of inOrder) {
      const before = statuses.find(({ name }) => name === getFunctionName(migration))!;
      if (before.isDone) continue;
      const { isDone, processed } = await makeBatch(ctx, migration);
      const migrated = processed - before.processed;
      if (!isDone || migrated > 0) return { isUpToDate: false, migrated };
    }
    return { isUpToDate: true, migrated: 0 };
  },
});

/** Throws when it cannot be made, with its name and the reason: nothing of the transaction is then left. */
async function makeBatch(ctx: CaseCtx, migration: MigrationFunctionReference): Promise<MigrationStatus> {
  const name = getFunctionName(migration);
  const fnHandle = await createFunctionHandle(migration);
  const batch = { name, fnHandle, dryRun: false, oneBatchOnly: true };
  const status = await ctx.runMutation(components.migrations.lib.migrate, batch);
  if (status.error === undefined) return status;
  const [reason] = status.error.replace(/^Uncaught Error: /, '').split('\n');
  throw new Error(`${name} failed: ${reason}`);
}

/** All steps, for `convex run`; returns how many documents they went through. */
export const upgrade = internalAction({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    for (let migrated = 0; ;) {
      const done: Infer<typeof vStep> = await ctx.runMutation(internal.migrations.run.step, {});
      migrated += done.migrated;
      if (done.isUpToDate) return migrated;
    }
  },
});
