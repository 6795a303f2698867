/**
 * Safety nets and clearing up, run by crons.ts. Each handles one batch; what clears up and what looks at teams runs again
 * while it finds a full one. What guards alarms and routing finds nothing when all is well; the numbers are returned for
 * tests and logs. On a closed desk they leave everything as it is: it is being copied.
 */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import type { Id } from '../_generated/dataModel';
import { type CaseCtx, deadlineMutation, internalMutation } from '../functions';
import { sweepOverdue } from '../model/control/agentRuns';
import { sweepHolders } from '../model/control/holderWatch';
import { lostAlarms } from '../model/kit/alarms';
import { sweepDeskMails } from '../model/delivery/mail/deskMails';
import { sweepSecrets } from '../model/delivery/channelSecrets';
import { isFileOfEvent, sweepEvents } from '../model/delivery/inboundEvents';
import { sweepUploads, sweepWaiting } from '../model/conversation/attachments';
import { closedDesk } from '../model/kit/closed';
import { sweepVisits } from '../model/customer/visits';
import { sweepMailLinks } from '../model/mail/links';
import { isFileOfMail } from '../model/mail/mails';
import { sweepCounters } from '../model/measures/counterRows';
import { sweepFacts } from '../model/measures/factRows';
import { settleOutcomes } from '../model/measures/outcomes';
import { sweepTabs } from '../model/people/presence';
import { sweepMentions } from '../model/needs/mentions';
import { sweepNeeds } from '../model/needs/needs';
import { sweepRouting } from '../model/routing/routingSweep';
import { sweepUnfolded } from '../model/search/searchRows';
import { sweepLinks } from '../model/people/resetLinks';
import { sweepSessions } from '../model/people/sessions';
import { sweepTries } from '../model/people/tries';
import { sweepWebhooks } from '../model/webhooks/events';

const batch = 100;

export const presence = deadlineMutation({
  args: {},
  returns: v.object({ overdue: v.number(), deletedTabs: v.number() }),
  handler: async (ctx) => {
    if (closedDesk() !== null) return { overdue: 0, deletedTabs: 0 };
    const lost = await lostAlarms(ctx, batch);
    // Each by itself: one that fails keeps nobody else waiting.
    for (const { kind, subject, dueAt } of lost) {
      await ctx.scheduler.runAfter(0, internal.jobs.alarms.ring, { kind, subject, dueAt });
    }
    const overdue = lost.length + (await sweepOverdue(ctx, batch));
    return { overdue, deletedTabs: await sweepTabs(ctx) };
  },
});

/** Teams are looked at in pages; a found one gets its pass. */
export const routing = deadlineMutation({
  args: { cursor: v.optional(v.string()) },
  returns: v.number(),
  handler: async (ctx, { cursor }) => {
    if (closedDesk() !== null) return 0;
    const { found, next } = await sweepRouting(ctx, cursor ?? null);
    if (next !== null) await ctx.scheduler.runAfter(0, internal.jobs.sweeps.routing, { cursor: next });
    return found;
  },
});

/** Whatever is held is looked at in pages, and that one whose holder is gone has its alarm. */
export const holders = deadlineMutation({
  args: { cursor: v.optional(v.string()) },
  returns: v.number(),
  handler: async (ctx, { cursor }) => {
    if (closedDesk() !== null) return 0;
    const { found, next } = await sweepHolders(ctx, cursor ?? null);
    if (next !== null) await ctx.scheduler.runAfter(0, internal.jobs.sweeps.holders, { cursor: next });
    return found;
  },
});

export const expired = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    if (closedDesk() !== null) return null;
    // Each is folded by an action of its own, later than this.
    await sweepUnfolded(ctx, batch);
    const counts = [
      await sweepExpired(ctx, 'idempotencyKeys'),
      await sweepExpired(ctx, 'customerSessions'),
      await sweepExpired(ctx, 'requestWindows'),
      await sweepEvents(ctx, batch),
      await sweepSecrets(ctx, batch),
      await sweepMailLinks(ctx, batch),
      await sweepVisits(ctx, batch),
      await sweepDeskMails(ctx, batch),
      await sweepLinks(ctx, batch),
      await sweepSessions(ctx, batch),
      await sweepTries(ctx, batch),
      await sweepWaiting(ctx, batch),
      await sweepWebhooks(ctx, batch),
      await sweepNeeds(ctx, batch),
      await sweepMentions(ctx, batch),
      await sweepCounters(ctx, batch),
      await sweepFacts(ctx, batch),
    ];
    if (counts.some((count) => count >= batch))
      await ctx.scheduler.runAfter(0, internal.jobs.sweeps.expired, {});
    return null;
  },
});

/** [B3] Each opens its conversation's case. */
const fewCases = 25;

export const outcomes = internalMutation({
  args: { after: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { after }) => {
    if (closedDesk() !== null) return null;
    const next = await settleOutcomes(ctx, fewCases, after);
    if (next !== null) await ctx.scheduler.runAfter(0, internal.jobs.sweeps.outcomes, { after: next });
    return null;
  },
});

/** Files in storage are looked at in pages, and what nobody claimed goes. */
export const uploads = internalMutation({
  args: { after: v.optional(v.number()) },
  returns: v.number(),
  handler: async (ctx, { after }) => {
    if (closedDesk() !== null) return 0;
    const isKept = async (file: Id<'_storage'>) =>
      (await isFileOfMail(ctx, file)) || isFileOfEvent(ctx, file);
    const { removed, next } = await sweepUploads(ctx, { after: after ?? 0, most: batch }, isKept);
    if (next !== null) await ctx.scheduler.runAfter(0, internal.jobs.sweeps.uploads, { after: next });
    return removed;
  },
});

async function sweepExpired(
  ctx: CaseCtx,
  table: 'idempotencyKeys' | 'customerSessions' | 'requestWindows',
): Promise<number> {
  const rows = await ctx.db
    .query(table)
    .withIndex('by_expiresAt', (q) => q.lt('expiresAt', Date.now()))
    .take(batch);
  for (const row of rows) await ctx.db.delete(row._id);
  return rows.length;
}
