/**
 * From version 1: what was in tables of its own is part of the case or an alarm (docs/operating.md, "Upgrading").
 *
 * The desk is at work meanwhile, with the functions of now on data of before. Each document is brought over in one
 * transaction, through the case or the alarms like anything else, and only as far as nothing newer stands there.
 */
import { searchTextOf } from '../../shared/agents/library';
import { oweAnswer } from '../../model/control/agentRuns';
import { watchHolder } from '../../model/control/holderWatch';
import { openCaseOf } from '../../model/conversation/case';
import { newestRun } from '../../model/conversation/runs';
import { setAlarmBy } from '../../model/kit/alarms';
import { settled } from '../../model/settle';
import { batchSize, migrations } from '../migrations';

/** What every turn of before is called. */
const formerTurn = 1;

/** [C8] One row a conversation, numbered; there were several, and the newest was meant. */
export const turns = migrations.define({
  table: 'agentRuns',
  batchSize,
  migrateOne: async (ctx, run) => {
    if (run.number !== undefined) return;
    const newest = await newestRun(ctx, run.conversationId);
    if (newest?._id === run._id) return { number: formerTurn };
    await ctx.db.delete(run._id);
  },
});

/** [H6] An answer that is still owed is owed by the same instant. */
export const answers = migrations.define({
  table: 'answerDeadlines',
  batchSize,
  migrateOne: async (ctx, { _id, _creationTime, conversationId, sequence, dueAt }) => {
    await ctx.db.delete(_id);
    const entry = await ctx.db
      .query('entries')
      .withIndex('by_conversationId_and_sequence', (q) =>
        q.eq('conversationId', conversationId).eq('sequence', sequence),
      )
      .unique();
    if (entry !== null && entry.answerDueAt === undefined)
      await ctx.db.patch(entry._id, { answerDueAt: dueAt });
    await settled(ctx, async (open) => {
      const opened = await openCaseOf(open, conversationId);
      const { head, control } = opened;
      const isHeldSince = control.holder === 'agent' && control.since <= _creationTime;
      if (isHeldSince && head.answeredThrough < sequence) await oweAnswer(open, opened, dueAt);
    });
  },
});

/** [C12] */
export const holders = migrations.define({
  table: 'holderWatches',
  batchSize,
  migrateOne: async (ctx, { _id, conversationId, dueAt }) => {
    await ctx.db.delete(_id);
    await watchHolder(ctx, conversationId, dueAt);
  },
});

/** [A2] */
export const presence = migrations.define({
  table: 'presenceChecks',
  batchSize,
  migrateOne: async (ctx, { _id, memberId, dueAt }) => {
    await ctx.db.delete(_id);
    await setAlarmBy(ctx, 'presence', memberId, dueAt);
  },
});

/** Tries of before are forgiven. */
export const tries = migrations.define({
  table: 'signInTries',
  batchSize,
  migrateOne: (ctx, { _id }) => ctx.db.delete(_id),
});

/** [A8] One alarm a team; a row for each member who ramps up named one before. */
export const ramps = migrations.define({
  table: 'memberStatuses',
  batchSize,
  migrateOne: async (ctx, { teamId, rampWakeAt }) => {
    if (rampWakeAt === undefined) return;
    await setAlarmBy(ctx, 'ramp', teamId, rampWakeAt);
    return { rampWakeAt: undefined };
  },
});

/** [T5] A case that is settled names its present ticket. */
export const presentTickets = migrations.define({
  table: 'threadHeads',
  batchSize,
  migrateOne: async (ctx, { conversationId, presentTicketId }) => {
    if (presentTicketId !== undefined) return;
    await settled(ctx, (open) => openCaseOf(open, conversationId));
  },
});

/** [P4] An article is found by its words as they are cut now. */
export const articles = migrations.define({
  table: 'articles',
  batchSize,
  migrateOne: (_ctx, { title, body, searchText }) => {
    const cutNow = searchTextOf(title, body);
    return cutNow === searchText ? undefined : { searchText: cutNow };
  },
});
