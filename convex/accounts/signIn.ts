/** The database half of signing in and up: what auth.ts's provider asks from its action. */
import { v } from 'convex/values';
import { internalMutation, internalQuery } from '../functions';
import { requireSignUpAllowed } from '../model/setup/installation';
import { giveTriesBack, takeTry } from '../model/people/signInTries';

export const checkSignUp = internalQuery({
  args: {
    email: v.string(),
    invitationToken: v.optional(v.string()),
    setupToken: v.optional(v.string()),
    now: v.number(),
  },
  returns: v.null(),
  handler: async (ctx, args) => {
    await requireSignUpAllowed(ctx, args);
    return null;
  },
});

export const take = internalMutation({
  args: { email: v.string() },
  returns: v.boolean(),
  handler: (ctx, { email }) => takeTry(ctx, email),
});

export const giveBack = internalMutation({
  args: { email: v.string() },
  returns: v.null(),
  handler: async (ctx, { email }) => {
    await giveTriesBack(ctx, email);
    return null;
  },
});
