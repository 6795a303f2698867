/**
 * The second factor of a sign-in (docs/rules.md R1): codes of an app, and ten recovery codes, each of which works once. The
 * app's secret is known to the person's browser before it is known here: it makes it, and nothing ever returns it.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import {
  newRecoveryCode,
  readRecoveryCode,
  recoveryCodeCount,
  stepOf,
} from '../../shared/people/secondFactor';
import { hashToken, seal, unseal } from '../kit/secrets';

export function factorOf(
  ctx: Pick<QueryCtx, 'db'>,
  userId: Id<'users'>,
): Promise<Doc<'secondFactors'> | null> {
  return ctx.db
    .query('secondFactors')
    .withIndex('by_userId', (q) => q.eq('userId', userId))
    .unique();
}

/** The app has shown a code of it at `step`. An earlier app stops working. Returns the recovery codes, this once. */
export async function turnOnFactor(
  ctx: MutationCtx,
  { userId, secret, step }: { userId: Id<'users'>; secret: string; step: number },
): Promise<string[]> {
  await turnOffFactor(ctx, userId);
  const { codes, recoveryHashes } = await newCodes();
  const since = Date.now();
  const sealed = await seal(secret, userId);
  await ctx.db.insert('secondFactors', { userId, secret: sealed, lastStep: step, recoveryHashes, since });
  return codes;
}

export async function turnOffFactor(ctx: MutationCtx, userId: Id<'users'>): Promise<void> {
  const factor = await factorOf(ctx, userId);
  if (factor !== null) await ctx.db.delete(factor._id);
}

/** Recovery codes of before stop working. */
export async function renewCodes(ctx: MutationCtx, factor: Doc<'secondFactors'>): Promise<string[]> {
  const { codes, recoveryHashes } = await newCodes();
  await ctx.db.patch(factor._id, { recoveryHashes });
  return codes;
}

/** Uses a code up: which kind it was, or null when it is wrong, was used, or is older than the last. */
export async function spendCode(
  ctx: MutationCtx,
  factor: Doc<'secondFactors'>,
  code: string,
): Promise<'app' | 'recovery' | null> {
  // Sealed by another deployment, it opens nothing: recovery codes still let in.
  const secret = await unseal(factor.secret, factor.userId).catch(() => null);
  const step = secret === null ? null : stepOf(secret, code, Date.now());
  if (secret !== null && step !== null) {
    if (step <= factor.lastStep) return null;
    // One of before was not sealed.
    await ctx.db.patch(factor._id, { lastStep: step, secret: await seal(secret, factor.userId) });
    return 'app';
  }
  const read = readRecoveryCode(code);
  const hash = read === null ? undefined : await hashToken(read);
  if (hash === undefined || !factor.recoveryHashes.includes(hash)) return null;
  await ctx.db.patch(factor._id, { recoveryHashes: factor.recoveryHashes.filter((each) => each !== hash) });
  return 'recovery';
}

async function newCodes(): Promise<{ codes: string[]; recoveryHashes: string[] }> {
  const codes = Array.from({ length: recoveryCodeCount }, newRecoveryCode);
  const recoveryHashes = await Promise.all(codes.map((code) => hashToken(readRecoveryCode(code)!)));
  return { codes, recoveryHashes };
}
