/**
 * A message as a messenger takes it (docs/rules.md M2): one call a part, in order. None of them knows a key of ours, so each call
 * is announced in the database before it is made, in the transaction that notes what the one before became:
 *
 *   keep: part 0 is called for ─▶ call ─▶ part 0 has an id, part 1 is called for ─▶ call ─▶ … ─▶ settle
 *
 * A carrier that dies leaves either nothing called for, and is tried again from the part that it had come to, or one part of
 * which nobody knows whether it arrived: that is never repeated.
 */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import { type ActionCtx, internalMutation } from '../functions';
import { beginPart, endPart, forgetPart } from '../model/delivery/chatMessages';
import { changeThread, threadOf } from '../model/delivery/chatThreads';
import { isUnderWay, settleSend } from '../model/delivery/drain';
import { closeWindow } from '../model/delivery/whatsapp/window';
import { type SendOutcome, vSendOutcome } from '../shared/delivery/outcome';
import type { Ready, Send } from './kinds';
import { until } from './slots';

export interface Parts {
  /** As the provider addresses it. */
  chat: string;
  /** Those before it have arrived, at an earlier try. */
  first: number;
  count: number;
  /** Least between two calls in one chat, and when the last one was. */
  everyMs: number;
  lastSentAt: number | undefined;
}

/** Well below the lease of a claim: what is left over then goes with the next one. */
const mostMs = 8_000;

export function sendParts(
  ctx: ActionCtx,
  send: Send,
  { chat, first, count, everyMs, lastSentAt = 0 }: Parts,
  call: (part: number) => Promise<SendOutcome>,
): Ready {
  let part = first;
  const next = (done?: { part: number; providerId: string }): Promise<boolean> =>
    ctx.runMutation(internal.delivery.chatSending.next, { ...send, chat, begin: part, done });
  return {
    keep: () => next(),
    call: async () => {
      const endsAt = Date.now() + mostMs;
      // Transactions may run by another clock than this: it is waited no longer than for one that was sent just now.
      let slotAt = Math.min(lastSentAt, Date.now()) + everyMs;
      for (;;) {
        await until(slotAt);
        slotAt = Date.now() + everyMs;
        const outcome = await call(part);
        if (outcome.what !== 'sent') return part > 0 ? halfSent(outcome, part, count) : outcome;
        if (part + 1 >= count) return outcome;
        if (Date.now() > endsAt) return restLater(outcome);
        const done = { part, providerId: outcome.providerId ?? '' };
        part++;
        if (!(await next(done))) return { what: 'unknown' };
      }
    },
    settle: (outcome) => ctx.runMutation(internal.delivery.chatSending.settle, { ...send, part, outcome }),
  };
}

/** The part is there: its id is kept, and the rest waits. */
const restLater = ({ providerId }: SendOutcome): SendOutcome => ({
  what: 'later',
  ...(providerId === undefined ? {} : { providerId }),
  retryAfterMs: 1,
  failure: 'The rest of it follows.',
});

/** What is there is not taken back by what is not. */
function halfSent(outcome: SendOutcome, part: number, count: number): SendOutcome {
  if (outcome.what !== 'permanent') return outcome;
  const failure = `Of its ${count} parts ${part} arrived, and then: ${outcome.failure ?? ''}`;
  return { ...outcome, what: 'taken', failure };
}

const ofAttempt = { outboxId: v.id('outbox'), attempt: v.number() };

/** False: it is no longer this carrier's. */
export const next = internalMutation({
  args: {
    ...ofAttempt,
    chat: v.string(),
    begin: v.number(),
    done: v.optional(v.object({ part: v.number(), providerId: v.string() })),
  },
  returns: v.boolean(),
  handler: async (ctx, { outboxId, attempt, chat, begin, done }) => {
    const row = await ctx.db.get(outboxId);
    if (!isUnderWay(row, attempt) || row.channelId === undefined) return false;
    const { teamId, conversationId, channelId, entryId } = row;
    if (done !== undefined) await endPart(ctx, entryId, done.part, done.providerId);
    await beginPart(ctx, { teamId, conversationId, channelId, entryId, chat }, begin);
    await noteCalled(ctx, row);
    return true;
  },
});

/** [M7] Just now, or about to be: what was announced may wait for its slot before it is called. */
async function noteCalled(ctx: MutationCtx, { conversationId, channelId }: Doc<'outbox'>): Promise<void> {
  const thread = channelId === undefined ? null : await threadOf(ctx, conversationId, channelId);
  if (thread !== null) await changeThread(ctx, thread, { lastSentAt: Date.now() });
}

export const settle = internalMutation({
  args: { ...ofAttempt, part: v.number(), outcome: vSendOutcome },
  returns: v.boolean(),
  handler: async (ctx, { outboxId, attempt, part, outcome }) => {
    const row = await ctx.db.get(outboxId);
    if (row === null) return false;
    const { providerId, what, isWindowClosed } = outcome;
    // Whoever has written since it was announced has opened the window again.
    if (isWindowClosed === true) await closeWindow(ctx, row);
    await noteCalled(ctx, row);
    if (providerId !== undefined) await endPart(ctx, row.entryId, part, providerId);
    else if (what !== 'sent' && what !== 'unknown') await forgetPart(ctx, row.entryId, part);
    return settleSend(ctx, row, attempt, outcome);
  },
});
