/** Typing marks: short-lived facts apart from everything lists read. The only writer of `typing`. */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import type { ConversationState } from './case';
import { authorNames } from './news';
import { newestRun } from './runs';

/** A mark not renewed within this has ended. */
export const typingMs = 6_000;

export const vTypingMark = v.object({
  who: v.union(v.literal('customer'), v.literal('agent'), v.literal('operator')),
  memberId: v.union(v.id('members'), v.null()),
  name: v.string(),
  until: v.number(),
});

/** A mark renewed sooner than this says nothing new. */
const renewedMs = 500;

/** One row per author; stopping removes it. */
export async function setTyping(
  ctx: MutationCtx,
  conversationId: Id<'conversations'>,
  { who, memberId }: Pick<Doc<'typing'>, 'who' | 'memberId'>,
  isTyping: boolean,
): Promise<void> {
  const marks = await ctx.db
    .query('typing')
    .withIndex('by_conversationId_and_who', (q) => q.eq('conversationId', conversationId).eq('who', who))
    .take(50);
  const mark = marks.find((row) => row.memberId === memberId);
  const until = Date.now() + typingMs;
  if (isTyping && mark !== undefined && until - mark.until < renewedMs) return;
  if (mark !== undefined) await (isTyping ? ctx.db.patch(mark._id, { until }) : ctx.db.delete(mark._id));
  else if (isTyping) await ctx.db.insert('typing', { conversationId, who, memberId, until });
}

/**
 * Who is writing now. A mark goes with what its author sends (model/settle.ts); a customer's is over once they have written
 * after it, which costs their message no write. A built-in agent types while its turn runs.
 */
export async function listTyping(
  ctx: Pick<QueryCtx, 'db'>,
  { head, control }: Pick<ConversationState, 'head' | 'control'>,
): Promise<Infer<typeof vTypingMark>[]> {
  const { conversationId } = head;
  const marks = await ctx.db
    .query('typing')
    .withIndex('by_conversationId_and_who', (q) => q.eq('conversationId', conversationId))
    .take(50);
  const nameOf = authorNames(ctx);
  const shown = marks.filter((mark) => isOn(mark, head));
  const people = await Promise.all(
    shown.map(async ({ who, memberId, until }) => ({
      who,
      memberId: memberId ?? null,
      name: memberId ? await nameOf({ author: { kind: 'operator', memberId } }) : '',
      until,
    })),
  );
  const until = control.holder === 'agent' ? await agentTypesUntil(ctx, conversationId) : undefined;
  return until === undefined ? people : [...people, { who: 'agent', memberId: null, name: '', until }];
}

function isOn({ who, until }: Doc<'typing'>, { lastCustomerAt = 0 }: Doc<'threadHeads'>): boolean {
  return who !== 'customer' || until - typingMs > lastCustomerAt;
}

async function agentTypesUntil(
  ctx: Pick<QueryCtx, 'db'>,
  conversationId: Id<'conversations'>,
): Promise<number | undefined> {
  const run = await newestRun(ctx, conversationId);
  return run?.state === 'running' ? run.typesUntil : undefined;
}
