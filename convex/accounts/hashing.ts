/** Passwords as actions ask for them: hashed on the workers that are there for it, refused with the words of the desk. */
import type { GenericActionCtx } from 'convex/server';
import { internal } from '../_generated/api';
import type { DataModel } from '../_generated/dataModel';
import { appError } from '../model/kit/errors';
import { passwordFaults } from '../shared/people/passwords';

type Ctx = Pick<GenericActionCtx<DataModel>, 'runAction' | 'runMutation'>;

/** When too many wait for a hash: it takes about as long until they are done. */
const busyMs = 1_000;

export function tooMany(waitMs: number) {
  return appError('RATE_LIMITED', 'Too many tries. Wait a few minutes.', { waitMs });
}

/** Whether a password is right. A try whose turn does not come was none: it goes back. */
export async function verified(
  ctx: Ctx,
  { keys, ...asked }: { hash: string | undefined; password: string; isKnown: boolean; keys: string[] },
): Promise<{ isRight: boolean; rehashed?: string | undefined }> {
  const answer: { isRight: boolean; rehashed?: string } | null = await ctx.runAction(
    internal.accounts.passwords.verify,
    asked,
  );
  if (answer !== null) return answer;
  await ctx.runMutation(internal.accounts.signIn.giveBack, { keys });
  throw tooMany(busyMs);
}

/** The hash of a new password, once it is an acceptable one. */
export async function newSecretHash(
  ctx: Ctx,
  asked: { password: string; own: string[]; isKnown: boolean },
): Promise<string> {
  const answer = await ctx.runAction(internal.accounts.passwords.hash, asked);
  if ('fault' in answer) throw appError('INVALID_INPUT', passwordFaults[answer.fault]);
  if ('isBusy' in answer) throw tooMany(busyMs);
  return answer.secret;
}
