/** The people who write in. Names and addresses they give themselves are claims, not facts (docs/rules.md M9). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import type { CaseCtx } from '../conversation/case';
import { appError } from '../kit/errors';
import type { ReceivedMail } from '../../shared/delivery/receivedMail';
import { faultOf, type GivenAttribute, withAttributes } from '../../shared/customer/attributes';
import {
  claimEmail,
  emailOf,
  findIdentity,
  type Identity,
  noteIdentity,
  setUnreachable,
  vouchForEmail,
} from '../conversation/identities';
import { allOf, pointingTo } from '../conversation/persons';
import { isEmail, normalizeEmail } from '../../shared/kit/emails';
import { cleanPersonName, isPersonName, maxPersonName } from '../../shared/customer/personNames';
import { rename, renameAll } from './renaming';

export function createCustomer(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  timeZone?: string,
): Promise<Id<'customers'>> {
  return ctx.db.insert('customers', { teamId, timeZone });
}

/**
 * [H5] Where the answer may reach them. [M9] Whom a mailed link let in may not replace what is known: the link may have been passed
 * on, and with it would go every answer.
 */
export async function noteEmail(
  ctx: CaseCtx,
  customerId: Id<'customers'>,
  address: string,
  { mayReplace } = { mayReplace: true },
): Promise<void> {
  const email = normalizeEmail(address);
  if (!isEmail(email)) throw appError('INVALID_INPUT', 'This is not an email address.');
  const customer = (await ctx.db.get(customerId))!;
  if (!mayReplace && (await emailOf(ctx, customer)) !== null)
    throw appError(
      'INVALID_INPUT',
      'Where answers go is not changed from a page that was opened by a link in a mail.',
    );
  if (await claimEmail(ctx, customer, email)) await rename(ctx, customerId);
}

/** What is said of a customer. */
export interface Details {
  name?: string | undefined;
  email?: string | undefined;
  attributes: readonly GivenAttribute[];
}

/** [M9] Said by a signed token, or only by a page: what a signature said is changed by a signature alone. */
export async function noteDetails(
  ctx: CaseCtx,
  customerId: Id<'customers'>,
  { name, email, attributes: given }: Details,
  isProven: boolean,
): Promise<void> {
  const customer = (await ctx.db.get(customerId))!;
  const { attributes: known = [] } = customer;
  const attributes = withAttributes(known, given, isProven);
  const takesName = name !== undefined && (isProven || customer.isNameProven === undefined);
  const isRenamed = takesName && (name !== customer.name || (isProven && !customer.isNameProven));
  if (isRenamed || attributes !== known) {
    const named = isRenamed ? { name, ...(isProven && { isNameProven: true as const }) } : {};
    await ctx.db.patch(customerId, { ...named, ...(attributes !== known && { attributes }) });
  }
  const noteTheirs = isProven ? vouchForEmail : claimEmail;
  const isMoved = email !== undefined && (await noteTheirs(ctx, customer, email));
  if (isRenamed || isMoved) await rename(ctx, customerId);
}

/** [M9] What the team calls them: whoever they are shown as bears it. Null: by what they say again, whichever of them bore it. */
export async function callThem(ctx: CaseCtx, customer: Doc<'customers'>, name: string | null): Promise<void> {
  if (name !== null && !isPersonName(name)) throw badName();
  const [person, ...others] = await allOf(ctx, customer);
  const teamName = name === null ? undefined : cleanPersonName(name);
  const changed = [person!, ...(name === null ? others : [])].filter((each) => each.teamName !== teamName);
  if (changed.length === 0) return;
  for (const { _id } of changed) await ctx.db.patch(_id, { teamName });
  await renameAll(ctx, person!._id);
}

const badName = () => appError('INVALID_INPUT', `A name has 1 to ${maxPersonName} characters.`);

/** What a page says, as it is kept. */
export function checkClaims({ name, email, attributes }: Details): Details {
  const fault = faultOf(attributes);
  if (fault !== null) throw appError('INVALID_INPUT', fault);
  const address = email === undefined ? undefined : normalizeEmail(email);
  if (address !== undefined && !isEmail(address))
    throw appError('INVALID_INPUT', 'This is not an email address.');
  if (name !== undefined && !isPersonName(name)) throw badName();
  return { name: name === undefined ? undefined : cleanPersonName(name), email: address, attributes };
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
  const known = await findOutsideCustomer(ctx, { agentId, teamId, externalId });
  const customer = known ?? (await addOutsideCustomer(ctx, { agentId, teamId, externalId, name }));
  const isRenamed = name !== undefined && name !== customer.name;
  if (isRenamed) await ctx.db.patch(customer._id, { name });
  const isMoved = email !== undefined && (await claimEmail(ctx, customer, normalizeEmail(email)));
  if (known !== null && (isRenamed || isMoved)) await rename(ctx, customer._id);
  return customer._id;
}

interface Outside {
  agentId: Id<'agents'>;
  teamId: Id<'teams'>;
  externalId: string;
}

const identityOf = ({ agentId, teamId, externalId }: Outside) => ({
  teamId,
  kind: 'external' as const,
  scope: agentId,
  value: externalId,
});

async function findOutsideCustomer(ctx: CaseCtx, outside: Outside): Promise<Doc<'customers'> | null> {
  const identity = await findIdentity(ctx, identityOf(outside));
  if (identity !== null) return ctx.db.get(identity.customerId);
  const { agentId, externalId } = outside;
  // Of before, where the migration has not come to it yet.
  return ctx.db
    .query('customers')
    .withIndex('by_agentId_and_externalId', (q) => q.eq('agentId', agentId).eq('externalId', externalId))
    .unique();
}

async function addOutsideCustomer(
  ctx: CaseCtx,
  { name, ...outside }: Outside & { name: string | undefined },
): Promise<Doc<'customers'>> {
  const customerId = await ctx.db.insert('customers', { teamId: outside.teamId, name });
  await noteIdentity(ctx, customerId, { ...identityOf(outside), proof: 'provider' });
  return (await ctx.db.get(customerId))!;
}

/**
 * Whom a messenger vouches for. By what they call themselves there they go as long as nothing else is known; whoever writes can be
 * reached again.
 */
export async function ensureChatCustomer(
  ctx: CaseCtx,
  identity: Identity,
  calledThere: string,
): Promise<Id<'customers'>> {
  // A name is theirs to choose, and read by people.
  const name = cleanPersonName(calledThere);
  const known = await findIdentity(ctx, identity);
  if (known === null) {
    const { teamId } = identity;
    const customerId = await ctx.db.insert('customers', { teamId, name: name || undefined });
    await noteIdentity(ctx, customerId, { ...identity, proof: 'provider' });
    return customerId;
  }
  const { customerId, unreachable, value, kind } = known;
  if (unreachable !== undefined) await setUnreachable(ctx, customerId, value, undefined, kind);
  await nameWhereNone(ctx, customerId, name);
  return customerId;
}

/** A customer who is known goes on in a messenger, which vouches for them there. What it knows as somebody else's stays theirs. */
export async function noteChatIdentity(
  ctx: CaseCtx,
  customerId: Id<'customers'>,
  identity: Identity,
  calledThere: string,
): Promise<void> {
  await noteIdentity(ctx, customerId, { ...identity, proof: 'provider' });
  await nameWhereNone(ctx, customerId, cleanPersonName(calledThere));
}

async function nameWhereNone(ctx: CaseCtx, customerId: Id<'customers'>, name: string): Promise<void> {
  if (name === '' || (await ctx.db.get(customerId))!.name !== undefined) return;
  await ctx.db.patch(customerId, { name });
  await rename(ctx, customerId);
}

/**
 * Whoever wrote a mail that begins a conversation. Their domain vouches for them, or they are somebody new: a forged sender
 * finds nobody's earlier conversations.
 */
export async function ensureSender(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  { from, dmarc }: Pick<ReceivedMail, 'from' | 'dmarc'>,
): Promise<Id<'customers'>> {
  const value = from?.address;
  const isProven = value !== undefined && dmarc === 'pass';
  const identity = { teamId, kind: 'email' as const, scope: '', value: value ?? '' };
  const known = isProven ? await findIdentity(ctx, identity) : null;
  if (known !== null) return known.customerId;
  const name = from?.name || undefined;
  const customerId = await ctx.db.insert('customers', { teamId, name });
  if (value !== undefined) {
    const proof = isProven ? 'provider' : 'claimed';
    await noteIdentity(ctx, customerId, { ...identity, scope: isProven ? '' : customerId, proof });
  }
  return customerId;
}

/** [M9] The team sees them as another one from now on. */
export async function pointTo(
  ctx: MutationCtx,
  { _id }: Doc<'customers'>,
  into: Doc<'customers'>,
  { _id: mergedBy }: Doc<'members'>,
): Promise<void> {
  await ctx.db.patch(_id, { mergedInto: into._id, mergedBy, mergedAt: Date.now() });
  if (into.hasParts !== true) await ctx.db.patch(into._id, { hasParts: true });
}

/** [M9] As they were before. */
export async function standAlone(
  ctx: MutationCtx,
  { _id }: Doc<'customers'>,
  from: Doc<'customers'>,
): Promise<void> {
  await ctx.db.patch(_id, { mergedInto: undefined, mergedBy: undefined, mergedAt: undefined });
  if ((await pointingTo(ctx, from)).length === 0) await ctx.db.patch(from._id, { hasParts: undefined });
}
