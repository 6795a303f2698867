/**
 * Live conversations (docs/rules.md B5): what agents are answering right now, with a ticket or without, what heats up first.
 *
 *   agent's turn ──▶ row, with its heat ──▶ taken over, or ended by the customer: gone
 *                                      └──▶ ten minutes without a word: gone (alarm `live`, one a team)
 *
 * The heat is judged where the turn is, outside the writer, and comes with what the turn does: a message costs the writer nothing
 * here. The only writer of `liveConversations`.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { type Heat, mostHeat, restsAfterMs } from '../../shared/agents/heat';
import { isChatEnded } from '../../shared/conversation/ended';
import { type Case, type CaseCtx, getHead } from '../conversation/case';
import { setAlarm, setAlarmBy } from '../kit/alarms';

type Reader = Pick<QueryCtx, 'db'>;
type Live = Doc<'liveConversations'>;

/** Shown: the hottest. */
const mostShown = 200;
/** Looked at by one alarm; and so long at least until the next, so that a busy team has one for many. */
const batch = 100;
const looksEveryMs = 30_000;

/** Null: it is not live. */
export function liveRowOf(ctx: Reader, conversationId: Id<'conversations'>): Promise<Live | null> {
  return ctx.db
    .query('liveConversations')
    .withIndex('by_conversationId', (q) => q.eq('conversationId', conversationId))
    .unique();
}

/** With the agent's turn. One that a person holds, or that the customer has ended, is not live. */
export async function noteHeat(ctx: CaseCtx, opened: Case, { heat, reasons }: Heat): Promise<void> {
  const { conversation, control, head } = opened;
  if (control.holder !== 'agent' || isChatEnded(head)) return;
  const { _id: conversationId, teamId } = conversation;
  const row = await liveRowOf(ctx, conversationId);
  const coolness = mostHeat - heat;
  if (row !== null) {
    const isSame = row.coolness === coolness && JSON.stringify(row.reasons) === JSON.stringify(reasons);
    if (!isSame) await ctx.db.patch(row._id, { coolness, reasons });
    return;
  }
  const since = Date.now();
  const restsAt = since + restsAfterMs;
  await ctx.db.insert('liveConversations', { teamId, conversationId, coolness, since, reasons, restsAt });
  await setAlarmBy(ctx, 'live', teamId, restsAt);
}

/** [settle] A person has it now, or there is nothing to answer any more. */
export async function leaveLive(ctx: CaseCtx, { control, head, stored }: Case): Promise<void> {
  const isTaken = control.holder !== 'agent' && stored.control.holder === 'agent';
  const isEnded = isChatEnded(head) && !isChatEnded(stored.head);
  if (!isTaken && !isEnded) return;
  const row = await liveRowOf(ctx, control.conversationId);
  if (row !== null) await ctx.db.delete(row._id);
}

/** The alarm: those in which nobody has written for long enough leave, the others are looked at again. */
export async function lookAtLive(ctx: MutationCtx, teamId: Id<'teams'>): Promise<void> {
  const now = Date.now();
  const due = await ctx.db
    .query('liveConversations')
    .withIndex('by_teamId_and_restsAt', (q) => q.eq('teamId', teamId).lte('restsAt', now))
    .take(batch);
  for (const { _id, conversationId } of due) {
    const restsAt = (await getHead(ctx, conversationId)).lastMessageAt + restsAfterMs;
    if (restsAt <= now) await ctx.db.delete(_id);
    else await ctx.db.patch(_id, { restsAt });
  }
  const next = await ctx.db
    .query('liveConversations')
    .withIndex('by_teamId_and_restsAt', (q) => q.eq('teamId', teamId))
    .first();
  // Of more than one batch the rest is looked at now.
  const soonest = due.length === batch ? now : now + looksEveryMs;
  if (next !== null) await setAlarm(ctx, 'live', teamId, Math.max(next.restsAt, soonest));
}

/** The hottest, in their order; `more`: there are others. */
export async function listLive(
  ctx: Reader,
  teamId: Id<'teams'>,
): Promise<{ conversations: Id<'conversations'>[]; more: boolean }> {
  const rows = await ctx.db
    .query('liveConversations')
    .withIndex('by_teamId_and_coolness_and_since', (q) => q.eq('teamId', teamId))
    .take(mostShown + 1);
  return {
    conversations: rows.slice(0, mostShown).map(({ conversationId }) => conversationId),
    more: rows.length > mostShown,
  };
}

/** How many have anything unusual about them, at most so many. */
export async function countHot(ctx: Reader, teamId: Id<'teams'>): Promise<number> {
  const hot = await ctx.db
    .query('liveConversations')
    .withIndex('by_teamId_and_coolness_and_since', (q) => q.eq('teamId', teamId).lt('coolness', mostHeat))
    .take(mostShown);
  return hot.length;
}
