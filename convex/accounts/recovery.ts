/** For whoever forgot everything and has the server: scripts/recover.ts. */
import { v } from 'convex/values';
import { type CaseCtx, internalMutation } from '../functions';
import type { Id } from '../_generated/dataModel';
import { requireOpen } from '../model/kit/closed';
import { appError } from '../model/kit/errors';
import { accountAt, auditAccount } from '../model/people/accounts';
import { createResetLink } from '../model/people/resetLinks';
import { normalizeEmail } from '../shared/kit/emails';

/** More owners than are named to choose from. */
const maxNamed = 20;

/** Without an address for the only owner there is. The link ends the second factor, too. */
export const makeLink = internalMutation({
  args: { email: v.optional(v.string()) },
  returns: v.object({ token: v.string(), email: v.string(), expiresAt: v.number() }),
  handler: async (ctx, args) => {
    requireOpen();
    const email = args.email === undefined ? await onlyOwner(ctx) : normalizeEmail(args.email);
    const userId = await userAt(ctx, email);
    const link = await createResetLink(ctx, { userId, by: null, clearsSecondFactor: true });
    const detail = 'on the server';
    await auditAccount(ctx, { userId, action: 'password.linkMade', detail, by: 'stranger' });
    return { email, ...link };
  },
});

async function onlyOwner(ctx: CaseCtx): Promise<string> {
  const emails = new Set<string>();
  const members = ctx.db.query('members');
  for await (const { role, removedAt, email } of members) {
    if (role === 'owner' && removedAt === undefined) emails.add(email);
    if (emails.size === maxNamed) break;
  }
  const [only] = emails;
  if (only === undefined)
    throw appError('NOT_FOUND', 'This desk has no owner yet: start it, and open its set-up link.');
  if (emails.size === 1) return only;
  throw appError('INVALID_INPUT', `Say for whom. The owners are ${[...emails].join(', ')}.`);
}

async function userAt(ctx: CaseCtx, email: string): Promise<Id<'users'>> {
  const account = await accountAt(ctx, email);
  if (account === null) throw appError('NOT_FOUND', `Nobody signs in with ${email}.`);
  return account.userId;
}
