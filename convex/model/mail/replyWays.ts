/** By which ways a reply can reach a customer by mail, for the operator to see before they send (docs/rules.md M6, M9). */
import { type Infer, v } from 'convex/values';
import type { Doc } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { vIdentityProof } from '../../shared/customer/identities';
import { mailTables } from '../../tables/mail';
import { emailOf, listIdentities } from '../conversation/identities';
import { findSuppression, writtenAmong } from './suppressions';
import { copiesIn, listMailChannels, listPausedMailChannels, listThreads } from './threads';

type Reader = Pick<QueryCtx, 'db'>;
const { fields } = mailTables.mailSuppressions.validator;

const vRecipient = v.object({
  address: v.string(),
  /** How far it is known to be theirs. */
  proof: vIdentityProof,
  /** Why mail to it came back for good. */
  unreachable: v.union(v.string(), v.null()),
  /** Why it is not written to any more, or not heard. */
  suppressed: v.union(
    v.object({
      reason: fields.reason,
      detail: fields.detail,
      since: fields.since,
      /** Blocked as spam. */
      isSpam: v.optional(v.literal(true)),
    }),
    v.null(),
  ),
});
type Recipient = Infer<typeof vRecipient>;

export const vReplyWays = v.object({
  /** Where mail reaches the customer best; null: nowhere. */
  email: v.union(vRecipient, v.null()),
  /** The team's addresses that mail can leave by; what goes by none in particular leaves by the first. */
  addresses: v.array(
    v.object({
      channelId: v.id('channels'),
      name: v.string(),
      address: v.string(),
      /** On the thread there, or where mail reaches them. */
      to: v.union(vRecipient, v.null()),
      cc: v.array(v.string()),
      subject: v.string(),
      /** A key is connected; without one nothing leaves the desk. */
      leaves: v.boolean(),
    }),
  ),
  /** Of a messenger they write by: it takes nothing for them until they write again. */
  chat: v.object({ isBlocked: v.boolean() }),
  /** Those by which nobody is written to now. */
  paused: v.array(v.object({ channelId: v.id('channels'), address: v.string() })),
});

export async function readReplyWays(
  ctx: Reader,
  conversation: Doc<'conversations'>,
): Promise<Infer<typeof vReplyWays>> {
  const customer = (await ctx.db.get(conversation.customerId))!;
  const best = await emailOf(ctx, customer);
  const recipients = recipientsOf(ctx, customer);
  const email = best && (await recipients(best.address));
  const threads = await listThreads(ctx, conversation._id);
  const channels = await listMailChannels(ctx, conversation.teamId, threads);
  const addresses = await Promise.all(
    channels.map(async ({ _id: channelId, name, mail, account }) => {
      const thread = threads.find((each) => each.channelId === channelId);
      return {
        channelId,
        name,
        address: mail.address,
        // As openMailRoute has it.
        to: thread?.lastMessageId === undefined ? (email ?? null) : await recipients(thread.to),
        cc: await writtenAmong(ctx, conversation.teamId, thread ? copiesIn(thread) : []),
        subject: thread?.subject ?? '',
        leaves: account !== undefined,
      };
    }),
  );
  const closed = await listPausedMailChannels(ctx, conversation.teamId);
  const paused = closed.map(({ _id: channelId, mail: { address } }) => ({ channelId, address }));
  const bots = await listIdentities(ctx, customer._id, 'telegram');
  const isBlocked = bots.length > 0 && bots.every(({ unreachable }) => unreachable !== undefined);
  return { email, addresses, chat: { isBlocked }, paused };
}

function recipientsOf(ctx: Reader, customer: Doc<'customers'>) {
  const known = listIdentities(ctx, customer._id, 'email');
  return async (address: string): Promise<Recipient> => {
    const identities = (await known).filter(({ value }) => value === address);
    const proven = identities.find(({ proof }) => proof !== 'claimed') ?? identities[0];
    const found = await findSuppression(ctx, customer.teamId, address);
    const proof = proven?.proof ?? 'claimed';
    // Who was blocked had only claimed it.
    const isOthers = found?.isClaimed === true && proof !== 'claimed';
    const suppressed = found && !isOthers ? suppressionOf(found) : null;
    const unreachable = proven?.unreachable ?? null;
    return { address, proof, unreachable, suppressed };
  };
}

const suppressionOf = ({ reason, detail, since, spam }: Doc<'mailSuppressions'>) => ({
  reason,
  detail,
  since,
  ...(spam !== undefined && { isSpam: true as const }),
});
