/** The people who write in. Names and addresses they give themselves are claims, not facts (docs/rules.md M9). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import type { CaseCtx } from '../conversation/case';
import { appError } from '../kit/errors';
import { isEmail, normalizeEmail } from '../../shared/kit/emails';
import { rename } from './renaming';

export function createCustomer(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  timeZone?: string,
): Promise<Id<'customers'>> {
  return ctx.db.insert('customers', { teamId, timeZone });
}

/** [H5] Where the answer may reach them. */
export async function noteEmail(ctx: CaseCtx, customerId: Id<'customers'>, address: string): Promise<void> {
  const email = normalizeEmail(address);
  if (!isEmail(email)) throw appError('INVALID_INPUT', 'This is not an email address.');
  if ((await ctx.db.get(customerId))?.email === email) return;
  await ctx.db.patch(customerId, { email });
  await rename(ctx, customerId);
}

export interface OutsideCustomer {
  externalId: string;
  name?: string | undefined;
  email?: string | undefined;
}

/** The customer an outside agent's platform knows by this id; name and address follow what it says now. */
export async function ensureOutsideCustomer(
  ctx: CaseCtx,
  { _id: agentId, teamId }: Doc<'agents'>,
  { externalId, name, email }: OutsideCustomer,
): Promise<Id<'customers'>> {
  const known = await ctx.db
    .query('customers')
    .withIndex('by_agentId_and_externalId', (q) => q.eq('agentId', agentId).eq('externalId', externalId))
    .unique();
  const said = { ...(name === undefined ? {} : { name }), ...(email === undefined ? {} : { email }) };
  if (known === null) return ctx.db.insert('customers', { teamId, agentId, externalId, ...said });
  const isNew = (name !== undefined && name !== known.name) || (email !== undefined && email !== known.email);
  if (isNew) {
    await ctx.db.patch(known._id, said);
    await rename(ctx, known._id);
  }
  return known._id;
}
