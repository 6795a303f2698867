/**
 * From version 1: what was in tables of its own is part of the case or an alarm (docs/operating.md, "Upgrading").
 *
 * The desk is at work meanwhile, with the functions of now on data of before. Each document is brought over in one
 * transaction, through the case or the alarms like anything else, and only as far as nothing newer stands there.
 */
import { oweAnswer } from '../../model/control/agentRuns';
import { watchHolder } from '../../model/control/holderWatch';
import { getControl, getHead, openCaseOf } from '../../model/conversation/case';
import { newestRun } from '../../model/conversation/runs';
import { setAlarmBy } from '../../model/kit/alarms';
import { bringOver } from '../../model/routing/decisions';
import { ensureLoad } from '../../model/routing/load';
import { keysFor, turnKeys } from '../../model/people/readKeys';
import { settled } from '../../model/settle';
import { deriveRow } from '../../model/tickets/ticketRows';
import { previewOfText } from '../../model/conversation/entries';
import { ensurePlace } from '../../model/tickets/ticketPlaces';
import { isActive } from '../../shared/tickets/tickets';
import { formerRowFields } from '../../tables/former';
import { cutAgain, fewArticles } from '../articles';
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

/** [A4] What each carries and whose turn it is, in a row of their own. */
export const loads = migrations.define({
  table: 'members',
  batchSize,
  migrateOne: async (ctx, member) => {
    await ensureLoad(ctx, member);
    if (member.turn !== undefined) return { turn: undefined };
  },
});

/** A decision of before has up to 200 candidates. */
const fewDecisions = 20;

/** [A5] What was known is told by the pass. */
export const decisions = migrations.define({
  table: 'assignmentDecisions',
  batchSize: fewDecisions,
  migrateOne: bringOver,
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

/** [P4] */
export const articles = migrations.define({
  table: 'articles',
  batchSize: fewArticles,
  migrateOne: cutAgain,
});

/** [E5] Every team has read keys; those it has stay. */
export const readKeys = migrations.define({
  table: 'teams',
  batchSize,
  migrateOne: async (ctx, { _id }) => {
    const { operator } = await keysFor(ctx, _id, 'operator');
    if (operator === '') await turnKeys(ctx, _id);
  },
});

/** [E5] Every ticket stands where it belongs; a routing pass that came before may not have seen it. */
export const places = migrations.define({
  table: 'tickets',
  batchSize,
  migrateOne: (ctx, ticket) =>
    settled(ctx, async (open) => {
      const isNew = await ensurePlace(open, ticket, () => getHead(open, ticket.conversationId));
      if (isNew) open.unsettled.bells.add(ticket.teamId);
    }),
});

const noFormerFields = Object.fromEntries(Object.keys(formerRowFields).map((name) => [name, undefined]));

/** [E3] A row holds what it shows, as it is derived now; where its ticket stands is told elsewhere. */
export const rows = migrations.define({
  table: 'ticketRows',
  batchSize,
  migrateOne: async (ctx, { agentId, ticketId, conversationId: former }) => {
    // The desk of now may have written one already, which leaves what it does not know as it was.
    if (agentId !== undefined && former === undefined) return;
    const ticket = (await ctx.db.get(ticketId))!;
    const { conversationId } = ticket;
    const conversation = (await ctx.db.get(conversationId))!;
    const [control, head] = [await getControl(ctx, conversationId), await getHead(ctx, conversationId)];
    const { operatorId } = control;
    const operator =
      isActive(ticket.status) && operatorId !== undefined ? await ctx.db.get(operatorId) : null;
    const row = deriveRow({ conversation, control, head }, ticket);
    return { ...noFormerFields, ...row, operatorName: operator?.name };
  },
});

/** [E3] What the customer said last stands in the head, for the rows. */
export const customerWords = migrations.define({
  table: 'threadHeads',
  batchSize,
  migrateOne: async (ctx, { conversationId, lastCustomerSequence, customerPreview }) => {
    if (lastCustomerSequence === undefined || customerPreview !== undefined) return;
    const entry = await ctx.db
      .query('entries')
      .withIndex('by_conversationId_and_sequence', (q) =>
        q.eq('conversationId', conversationId).eq('sequence', lastCustomerSequence),
      )
      .unique();
    return entry === null ? undefined : { customerPreview: previewOfText(entry.text) };
  },
});
