/**
 * By what WhatsApp names a customer (docs/rules.md M9): a number, an id of its own for each business, or both. Neither is for good: a
 * number may be withheld or taken by somebody else, and a new number makes a new id. WhatsApp vouches for either.
 */
import type { Doc, Id } from '../../../_generated/dataModel';
import type { WhatsappPerson } from '../../../shared/whatsapp/messages';
import type { CaseCtx } from '../../conversation/case';
import { findIdentity, forgetIdentity, listIdentities, noteIdentity } from '../../conversation/identities';
import { ensureChatCustomer } from '../../customer/customers';

type Channel = Doc<'channels'>;

const phoneOf = ({ teamId }: Channel, value: string) => ({
  teamId,
  kind: 'phone' as const,
  scope: '',
  value,
});
const userOf = ({ teamId, whatsapp }: Channel, value: string) => ({
  teamId,
  kind: 'whatsapp' as const,
  scope: whatsapp!.businessId,
  value,
});

/** Whose they are; null: nobody's yet. */
export async function findPerson(
  ctx: CaseCtx,
  channel: Channel,
  { phone, userId }: WhatsappPerson,
): Promise<Id<'customers'> | null> {
  const byUser = userId === undefined ? null : await findIdentity(ctx, userOf(channel, userId));
  if (byUser !== null) return byUser.customerId;
  const byPhone = phone === undefined ? null : await findIdentity(ctx, phoneOf(channel, phone));
  if (byPhone === null) return null;
  // Somebody else has this number now: whoever had it before goes by another id in this business.
  const isOthers = userId !== undefined && (await hasOtherId(ctx, channel, byPhone.customerId));
  return isOthers ? null : byPhone.customerId;
}

async function hasOtherId(
  ctx: CaseCtx,
  { whatsapp }: Channel,
  customerId: Id<'customers'>,
): Promise<boolean> {
  const known = await listIdentities(ctx, customerId, 'whatsapp');
  return known.some(({ scope }) => scope === whatsapp!.businessId);
}

/** The customer, made where nobody is known; from now on they go by all that is told of them. */
export async function ensurePerson(
  ctx: CaseCtx,
  channel: Channel,
  person: WhatsappPerson,
): Promise<Id<'customers'>> {
  const { phone, userId, name } = person;
  const known = await findPerson(ctx, channel, person);
  if (known !== null) {
    await noteIds(ctx, channel, known, person);
    return known;
  }
  // The number of somebody else who has gone is no way to them any more.
  const owner = phone === undefined ? null : await findIdentity(ctx, phoneOf(channel, phone));
  if (owner !== null) await forgetIdentity(ctx, owner);
  const first = userId === undefined ? phoneOf(channel, phone!) : userOf(channel, userId);
  const customerId = await ensureChatCustomer(ctx, first, name ?? (phone === undefined ? '' : `+${phone}`));
  await noteIds(ctx, channel, customerId, person);
  return customerId;
}

/** What belongs to another customer stays theirs: a person decides whether the two are one. */
async function noteIds(
  ctx: CaseCtx,
  channel: Channel,
  customerId: Id<'customers'>,
  { phone, userId }: WhatsappPerson,
): Promise<void> {
  if (userId !== undefined)
    await noteIdentity(ctx, customerId, { ...userOf(channel, userId), proof: 'provider' });
  if (phone !== undefined)
    await noteIdentity(ctx, customerId, { ...phoneOf(channel, phone), proof: 'provider' });
}

/** They go by other ids from now on; false where they are not known. */
export async function moveIds(
  ctx: CaseCtx,
  channel: Channel,
  { before, now }: { before: WhatsappPerson; now: WhatsappPerson },
): Promise<boolean> {
  const customerId = await findPerson(ctx, channel, before);
  if (customerId === null) return false;
  if (before.phone !== undefined && now.phone !== undefined && now.phone !== before.phone) {
    const former = await findIdentity(ctx, phoneOf(channel, before.phone));
    // Their old number is nobody's, and may be somebody's tomorrow; where this is told late, it is somebody's already.
    if (former?.customerId === customerId) await forgetIdentity(ctx, former);
  }
  await noteIds(ctx, channel, customerId, now);
  return true;
}

/** How they are written to: the newest number, else the newest id. Null: not at all. */
export async function addressOf(
  ctx: CaseCtx,
  { whatsapp }: Channel,
  customerId: Id<'customers'>,
): Promise<{ phone?: string; userId?: string } | null> {
  const phones = await listIdentities(ctx, customerId, 'phone');
  const proven = phones.findLast(({ proof }) => proof === 'provider');
  const users = await listIdentities(ctx, customerId, 'whatsapp');
  const user = users.findLast(({ scope }) => scope === whatsapp!.businessId);
  if (proven === undefined && user === undefined) return null;
  return { ...(proven && { phone: proven.value }), ...(user && { userId: user.value }) };
}
