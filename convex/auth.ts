/**
 * Signing in with e-mail and password, through Convex Auth as it is published.
 *
 * Hashing is work (passwords.ts) and must not sit in a mutation, where it would hold up every other write: `authorize`
 * runs in the action and has it done from there; the library's account mutations are given the finished hash and only
 * store it. An unknown address costs the same work and gets the same answer as a wrong password, and both count as
 * tries.
 */
import { ConvexCredentials } from '@convex-dev/auth/providers/ConvexCredentials';
import {
  convexAuth,
  createAccount,
  type GenericActionCtxWithAuthConfig,
  modifyAccountCredentials,
  retrieveAccount,
} from '@convex-dev/auth/server';
import { z } from 'zod';
import { internal } from './_generated/api';
import type { DataModel, Doc, Id } from './_generated/dataModel';
import { requireOpen } from './model/kit/closed';
import { appError } from './model/kit/errors';
import { cleanName } from './model/kit/names';
import { isEmail, normalizeEmail } from './shared/kit/emails';
import { isAcceptablePassword, maxPasswordLength, minPasswordLength } from './shared/people/passwords';

type Ctx = GenericActionCtxWithAuthConfig<DataModel>;

const provider = 'password';

const zCredentials = z.discriminatedUnion('flow', [
  z.object({
    flow: z.literal('signIn'),
    email: z.string().max(320),
    password: z.string().max(4 * maxPasswordLength),
  }),
  z.object({
    flow: z.literal('signUp'),
    email: z.string().max(320),
    password: z.string().max(4 * maxPasswordLength),
    name: z.string().max(200),
    invitationToken: z.string().max(200).optional(),
    setupToken: z.string().max(200).optional(),
  }),
]);
type Credentials = z.infer<typeof zCredentials>;

export const { auth, signIn, signOut, store, isAuthenticated } = convexAuth({
  providers: [
    ConvexCredentials<DataModel>({
      id: provider,
      authorize: async (params, ctx) => {
        requireOpen();
        const parsed = zCredentials.safeParse(params);
        if (!parsed.success) throw appError('INVALID_INPUT', 'Give an e-mail address and a password.');
        const credentials = { ...parsed.data, email: normalizeEmail(parsed.data.email) };
        const userId =
          credentials.flow === 'signIn'
            ? await signInUser(ctx, credentials)
            : await signUpUser(ctx, credentials);
        return { userId };
      },
      // What reaches the account mutations is hashed already.
      crypto: {
        hashSecret: async (hash) => hash,
        verifySecret: async () => false,
      },
    }),
  ],
});

async function signInUser(ctx: Ctx, { email, password }: Credentials): Promise<Id<'users'>> {
  if (!(await ctx.runMutation(internal.accounts.signIn.take, { email }))) {
    throw appError('RATE_LIMITED', 'Too many tries. Wait a few minutes.');
  }
  const account = await findAccount(ctx, email);
  const isRight = await ctx.runAction(internal.accounts.passwords.verify, {
    hash: account?.secret,
    password,
  });
  if (account === null || !isRight) throw appError('INVALID_CREDENTIALS', 'Email or password is not right.');
  await ctx.runMutation(internal.accounts.signIn.giveBack, { email });
  // Hashes of before are made anew while the password is at hand: they take longer to check than a stranger's.
  if (!account.secret!.startsWith('$argon2id$')) {
    const secret = await ctx.runAction(internal.accounts.passwords.hash, { password });
    await modifyAccountCredentials(ctx, { provider, account: { id: email, secret } });
  }
  return account.userId;
}

async function signUpUser(ctx: Ctx, args: Extract<Credentials, { flow: 'signUp' }>): Promise<Id<'users'>> {
  const { email, password, invitationToken, setupToken } = args;
  await ctx.runQuery(internal.accounts.signIn.checkSignUp, {
    email,
    invitationToken,
    setupToken,
    now: Date.now(),
  });
  const name = cleanName(args.name, 'Your name');
  if (!isEmail(email)) throw appError('INVALID_INPUT', 'This is not an e-mail address.');
  if (!isAcceptablePassword(password)) {
    throw appError(
      'INVALID_INPUT',
      `A password has ${minPasswordLength} to ${maxPasswordLength} characters.`,
    );
  }
  if ((await findAccount(ctx, email)) !== null) {
    throw appError('INVALID_INPUT', 'This address has a sign-in already. Use it.');
  }
  const secret = await ctx.runAction(internal.accounts.passwords.hash, { password });
  const { user } = await createAccount<DataModel>(ctx, {
    provider,
    account: { id: email, secret },
    profile: { name, email },
  });
  return user._id;
}

async function findAccount(ctx: Ctx, email: string): Promise<Doc<'authAccounts'> | null> {
  try {
    return (await retrieveAccount<DataModel>(ctx, { provider, account: { id: email } })).account;
  } catch (error) {
    if (error instanceof Error && error.message === 'InvalidAccountId') return null;
    throw error;
  }
}
