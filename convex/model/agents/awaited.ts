/**
 * Conversations in which a customer waits for the agent (docs/rules.md P1, P3): the head says whose answer is awaited, kept
 * by the settling, so that an agent that was away finds what it owes without reading what it does not.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import type { Case, CaseCtx } from '../conversation/case';
import { appError } from '../kit/errors';
import { mustAnswer } from './agentViews';

/** [settle] Part of the head that is stored. */
export async function noteAwaited(_ctx: CaseCtx, opened: Case): Promise<void> {
  const awaitedAgentId = mustAnswer(opened) ? opened.conversation.agentId : undefined;
  if (opened.head.awaitedAgentId !== awaitedAgentId) opened.head = { ...opened.head, awaitedAgentId };
}

type Head = Doc<'threadHeads'>;

/** Who waits longest first; `cursor` as the page before gave it. */
export async function pageOfAwaited(
  ctx: Pick<QueryCtx, 'db'>,
  agentId: Id<'agents'>,
  cursor: string | null,
  limit: number,
): Promise<{ heads: Head[]; nextCursor: string | null }> {
  const found = await headsBehind(ctx, agentId, cursor, limit + 1);
  const heads = found.slice(0, limit);
  return { heads, nextCursor: found.length > limit ? cursorOf(heads.at(-1)!) : null };
}

/** Two may have begun to wait in the same millisecond. */
const cursorOf = ({ unansweredSince = 0, _creationTime }: Head) => `${unansweredSince}-${_creationTime}`;

async function headsBehind(
  ctx: Pick<QueryCtx, 'db'>,
  agentId: Id<'agents'>,
  cursor: string | null,
  count: number,
): Promise<Head[]> {
  const heads = () => ctx.db.query('threadHeads');
  const index = 'by_awaitedAgentId_and_unansweredSince';
  if (cursor === null)
    return heads()
      .withIndex(index, (q) => q.eq('awaitedAgentId', agentId))
      .take(count);
  const [since, madeAt] = readCursor(cursor);
  const alike = await heads()
    .withIndex(index, (q) =>
      q.eq('awaitedAgentId', agentId).eq('unansweredSince', since).gt('_creationTime', madeAt),
    )
    .take(count);
  if (alike.length === count) return alike;
  const later = await heads()
    .withIndex(index, (q) => q.eq('awaitedAgentId', agentId).gt('unansweredSince', since))
    .take(count - alike.length);
  return [...alike, ...later];
}

function readCursor(cursor: string): [since: number, madeAt: number] {
  const [, since, madeAt] = /^(\d{1,15})-(\d{1,15}(?:\.\d{1,10})?)$/.exec(cursor) ?? [];
  if (since === undefined) throw appError('INVALID_INPUT', 'The cursor is the `nextCursor` of a page.');
  return [Number(since), Number(madeAt)];
}
