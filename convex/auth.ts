/**
 * Signing in with e-mail and password, through Convex Auth as it is published.
 *
 * Hashing is work (accounts/passwords.ts) and must not sit in a mutation, where it would hold up every other write: `authorize`
 * runs in the action and has it done from there. What is decided by it is one transaction (accounts/signIn.ts), which also
 * begins the session; the library makes accounts and tokens. An unknown address costs the same work and gets the same answer
 * as a wrong password, and both count as tries.
 */
import { ConvexCredentials } from '@convex-dev/auth/providers/ConvexCredentials';
import { convexAuth, createAccount, type GenericActionCtxWithAuthConfig } from '@convex-dev/auth/server';
import { z } from 'zod';
import { newSecretHash, tooMany, verified } from './accounts/hashing';
import { internal } from './_generated/api';
import type { DataModel, Id } from './_generated/dataModel';
import { requireOpen } from './model/kit/closed';
import { appError } from './model/kit/errors';
import { cleanName } from './model/kit/names';
import { passwordProvider } from './model/people/accounts';
import { isEmail, normalizeEmail } from './shared/kit/emails';
import { sourceOf } from './shared/kit/sources';
import { maxPasswordLength } from './shared/people/passwords';

type Ctx = GenericActionCtxWithAuthConfig<DataModel>;
type Entered = { userId: Id<'users'>; sessionId: Id<'authSessions'> };

const zEmail = z.string().max(320);
const zPassword = z.string().max(4 * maxPasswordLength);
const zToken = z.string().max(200);
const zCode = z.string().max(40).optional();

const zCredentials = z.discriminatedUnion('flow', [
  z.object({
    flow: z.literal('signIn'),
    email: zEmail,
    password: zPassword,
    /** Of the second factor, when the desk has asked for it. */
    code: zCode,
    /** What this browser was given when somebody signed in with it (model/people/knownBrowsers.ts). */
    browsers: z.array(z.string().max(300)).max(5).optional(),
  }),
  z.object({
    flow: z.literal('signUp'),
    email: zEmail,
    password: zPassword,
    name: z.string().max(200),
    teamName: z.string().max(200).optional(),
    invitationToken: zToken.optional(),
    setupToken: zToken.optional(),
  }),
  /** By a one-time link, to a new password. */
  z.object({ flow: z.literal('reset'), token: zToken, password: zPassword, code: zCode }),
]);
type Credentials = z.infer<typeof zCredentials>;
type Of<Flow extends Credentials['flow']> = Extract<Credentials, { flow: Flow }>;

export const { auth, signIn, signOut, store, isAuthenticated } = convexAuth({
  providers: [
    ConvexCredentials<DataModel>({
      id: passwordProvider,
      authorize: (params, ctx) => {
        requireOpen();
        const parsed = zCredentials.safeParse(params);
        if (!parsed.success) throw appError('INVALID_INPUT', 'Give an e-mail address and a password.');
        switch (parsed.data.flow) {
          case 'signIn':
            return signInUser(ctx, parsed.data);
          case 'signUp':
            return signUpUser(ctx, parsed.data);
          case 'reset':
            return resetPassword(ctx, parsed.data);
        }
      },
      // What reaches the account mutations is hashed already.
      crypto: {
        hashSecret: async (hash) => hash,
        verifySecret: async () => false,
      },
    }),
  ],
});

async function signInUser(
  ctx: Ctx,
  { email, password, code, browsers = [] }: Of<'signIn'>,
): Promise<Entered> {
  const { ip, userAgent } = await ctx.meta.getRequestMetadata();
  const asked = { email: normalizeEmail(email), source: sourceOf(ip), browsers };
  const begun = await ctx.runMutation(internal.accounts.signIn.begin, asked);
  if ('waitMs' in begun) throw tooMany(begun.waitMs);
  const { keys, userId, hash, isKnown } = begun;
  const { isRight, rehashed } = await verified(ctx, { hash, password, isKnown, keys });
  if (!isRight || userId === undefined || hash === undefined) {
    await ctx.scheduler.runAfter(0, internal.accounts.signIn.noteFailure, { userId, isKnown });
    throw refusalOf('INVALID_CREDENTIALS');
  }
  const right = { userId, hash, rehashed, keys, code, userAgent };
  const entered = await ctx.runMutation(internal.accounts.signIn.enter, right);
  if ('refused' in entered) throw refusalOf(entered.refused);
  return entered;
}

async function signUpUser(ctx: Ctx, args: Of<'signUp'>): Promise<Entered> {
  const { password, invitationToken, setupToken } = args;
  const email = normalizeEmail(args.email);
  const asked = { email, invitationToken, setupToken, now: Date.now() };
  const allowed = await ctx.runQuery(internal.accounts.signIn.checkSignUp, asked);
  const name = cleanName(args.name, 'Your name');
  if (!isEmail(email)) throw appError('INVALID_INPUT', 'This is not an e-mail address.');
  if (allowed.isTaken) throw appError('INVALID_INPUT', 'This address has a sign-in already. Use it.');
  const own = [name, email, allowed.teamName, args.teamName ?? ''];
  const isKnown = invitationToken !== undefined || setupToken !== undefined;
  const secret = await newSecretHash(ctx, { password, own, isKnown });
  const { user } = await createAccount<DataModel>(ctx, {
    provider: passwordProvider,
    account: { id: email, secret },
    profile: { name, email },
  });
  const { userAgent } = await ctx.meta.getRequestMetadata();
  const first = { userId: user._id, userAgent };
  return { userId: user._id, sessionId: await ctx.runMutation(internal.accounts.signIn.enterFirst, first) };
}

async function resetPassword(ctx: Ctx, { token, password, code }: Of<'reset'>): Promise<Entered> {
  const { userAgent } = await ctx.meta.getRequestMetadata();
  const { own } = await ctx.runQuery(internal.accounts.signIn.openLink, { token, now: Date.now() });
  const secret = await newSecretHash(ctx, { password, own, isKnown: true });
  const set = { token, secret, code, userAgent };
  const entered = await ctx.runMutation(internal.accounts.signIn.enterByLink, set);
  if ('waitMs' in entered) throw tooMany(entered.waitMs);
  if ('refused' in entered) throw refusalOf(entered.refused);
  return entered;
}

function refusalOf(code: 'INVALID_CREDENTIALS' | 'SECOND_FACTOR_NEEDED' | 'SECOND_FACTOR_WRONG') {
  const messages = {
    INVALID_CREDENTIALS: 'Email or password is not right.',
    SECOND_FACTOR_NEEDED: 'Give the code of your app, too.',
    SECOND_FACTOR_WRONG: 'This code is not right.',
  };
  return appError(code, messages[code]);
}
