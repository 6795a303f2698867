/** What somebody must show before they change how they sign in: their password, as of now. */
import { internal } from '../_generated/api';
import type { ActionCtx } from '../functions';
import { appError } from '../model/kit/errors';
import { tooMany, verified } from './hashing';

export interface Proof {
  hash: string;
  keys: string[];
}

/** Refuses a wrong password and counts it; `own` is what a new one may not be made of. */
export async function provePassword(ctx: ActionCtx, password: string): Promise<Proof & { own: string[] }> {
  const begun = await ctx.runMutation(internal.accounts.settings.begin, {});
  if ('waitMs' in begun) throw tooMany(begun.waitMs);
  const { hash, keys, own } = begun;
  const { isRight } = await verified(ctx, { hash, password, keys, isKnown: true });
  if (!isRight || hash === undefined) throw appError('WRONG_PASSWORD', 'This is not your password.');
  return { hash, keys, own };
}
