/**
 * The same unsafe call twice has one effect and one answer (docs/rules.md P2): the answer is kept in the very transaction
 * of its effect, so there is no moment in which one exists without the other, and of two at once one finds the
 * other's. Refused calls change nothing and keep nothing.
 */
import type { Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { appError } from '../kit/errors';

/** At least 24 hours. */
const keptMs = 48 * 3_600_000;

export interface Once {
  /** Method, path and the caller's key. */
  scope: string;
  bodyHash: string;
}

export interface Answer {
  status: number;
  /** JSON text. */
  body: string;
  replayed: boolean;
}

export async function once(
  ctx: MutationCtx,
  agentKeyId: Id<'agentKeys'>,
  call: Once | null,
  effect: () => Promise<{ status: number; body: unknown }>,
): Promise<Answer> {
  if (call === null) {
    const { status, body } = await effect();
    return { status, body: JSON.stringify(body), replayed: false };
  }
  const { scope, bodyHash } = call;
  const kept = await ctx.db
    .query('idempotencyKeys')
    .withIndex('by_agentKeyId_and_scope', (q) => q.eq('agentKeyId', agentKeyId).eq('scope', scope))
    .unique();
  const now = Date.now();
  if (kept !== null && kept.expiresAt > now) {
    if (kept.bodyHash !== bodyHash) {
      throw appError(
        'IDEMPOTENCY_KEY_REUSED',
        'This Idempotency-Key was used with another body. Use a new key.',
      );
    }
    return { status: kept.status, body: kept.response, replayed: true };
  }
  if (kept !== null) await ctx.db.delete(kept._id);
  const { status, body } = await effect();
  const response = JSON.stringify(body);
  await ctx.db.insert('idempotencyKeys', {
    agentKeyId,
    scope,
    bodyHash,
    status,
    response,
    expiresAt: now + keptMs,
  });
  return { status, body: response, replayed: false };
}
