/** The second factor of one's own sign-in. Each change asks for the password again. */
import { v } from 'convex/values';
import { provePassword } from './accounts/proof';
import { internal } from './_generated/api';
import { signedInAction, signedInQuery } from './functions';
import { appError } from './model/kit/errors';
import { factorOf } from './model/people/secondFactors';
import { isSecret, stepOf } from './shared/people/secondFactor';

/** `since`: when it was turned on; null: it is off. */
export const state = signedInQuery({
  args: {},
  returns: v.object({ since: v.union(v.number(), v.null()), codesLeft: v.number() }),
  handler: async (ctx) => {
    const factor = await factorOf(ctx, ctx.user._id);
    return { since: factor?.since ?? null, codesLeft: factor?.recoveryHashes.length ?? 0 };
  },
});

/**
 * The secret is the browser's, and a code shows that the app has it. Returns the recovery codes, which nothing returns again.
 */
export const turnOn = signedInAction({
  args: { password: v.string(), secret: v.string(), code: v.string() },
  returns: v.array(v.string()),
  handler: async (ctx, { password, secret, code }): Promise<string[]> => {
    if (!isSecret(secret)) throw appError('INVALID_INPUT', 'This is not a secret of 160 bits.');
    const step = stepOf(secret, code, Date.now());
    if (step === null) throw appError('SECOND_FACTOR_WRONG', 'This code is not right.');
    const { hash, keys } = await provePassword(ctx, password);
    const given = { hash, keys, factor: { secret, step } };
    return ctx.runMutation(internal.accounts.settings.turnOn, given);
  },
});

export const turnOff = signedInAction({
  args: { password: v.string() },
  returns: v.null(),
  handler: async (ctx, { password }): Promise<null> => {
    const { hash, keys } = await provePassword(ctx, password);
    return ctx.runMutation(internal.accounts.settings.turnOff, { hash, keys });
  },
});

/** New recovery codes; those of before stop working. */
export const renewCodes = signedInAction({
  args: { password: v.string() },
  returns: v.array(v.string()),
  handler: async (ctx, { password }): Promise<string[]> => {
    const { hash, keys } = await provePassword(ctx, password);
    return ctx.runMutation(internal.accounts.settings.renew, { hash, keys });
  },
});
