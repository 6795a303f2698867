/** What operators do with mails: read what is folded in one, and decide who is heard and written to (docs/rules.md M4, M5). */
import { type Infer, v } from 'convex/values';
import { internal } from './_generated/api';
import type { Id } from './_generated/dataModel';
import { type CaseCtx, type OfMember, operatorAction, operatorMutation } from './functions';
import { openCaseWith } from './model/conversation/case';
import { vForwardAsked } from './model/delivery/mail/forwards';
import { liftSpam, markAsSpam as markAsSpamIn } from './model/delivery/mail/spam';
import { noteEmail } from './model/customer/customers';
import { loadConversationFor, loadTicketFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import { appError } from './model/kit/errors';
import { listIdentities, proofOf, setUnreachable } from './model/conversation/identities';
import { isOwnAddress, takesPart } from './model/mail/threads';
import { block as blockAddress, liftSuppression } from './model/mail/suppressions';
import { vHandbackOutcome } from './shared/conversation/door';
import { vMailPart } from './shared/delivery/mails';
import type { AuditAction } from './shared/kit/auditActions';
import { normalizeEmail } from './shared/kit/emails';
import { renderForward } from './shared/mail/renderForward';

/** Where a text is quoted, from and to. */
const vQuoted = v.array(v.object({ start: v.number(), end: v.number() }));
const vText = v.object({
  text: v.string(),
  quotedAt: vQuoted,
  /** Pictures that came with the mail and stand in its HTML. */
  pictures: v.array(v.object({ contentId: v.string(), contentType: v.string(), bytes: v.bytes() })),
});

/**
 * A part of a mail, as text: whole, with what is quoted in it, or its HTML, which the reader's page must clean before it shows
 * it. Null: there is no such part.
 */
export const read = operatorAction(
  'conversation.read',
  'mailsOfTeam',
)({
  args: { entryId: v.id('entries'), part: vMailPart },
  returns: v.union(vText, v.null()),
  handler: async (ctx, asked): Promise<Infer<typeof vText> | null> => {
    const found = await ctx.runQuery(internal.delivery.mail.mailParts.find, asked);
    if (found === null) return null;
    const { quotedAt } = found;
    if (found.text !== null) return { text: found.text, quotedAt, pictures: [] };
    const file = found.fileId && (await ctx.storage.get(found.fileId));
    if (file === null) return null;
    const pictures = await Promise.all(
      found.pictures.map(async ({ storageId, ...picture }) => {
        const bytes = await (await ctx.storage.get(storageId))?.arrayBuffer();
        return bytes === undefined ? [] : [{ ...picture, bytes }];
      }),
    );
    return { text: await file.text(), quotedAt, pictures: pictures.flat() };
  },
});

/**
 * [M3] To somebody outside, with a note: one message, or the newest of the conversation. The thread says so; what they answer is
 * the team's to read. Refused for who takes part: they are written to by a reply.
 */
export const forward = operatorAction(
  'conversation.reply',
  'forwardsOfTeam',
)({
  args: vForwardAsked.fields,
  returns: v.null(),
  handler: async (ctx, { teamId, ...asked }): Promise<null> => {
    const act = { teamId, memberId: ctx.member._id, asked };
    const { parts, ...facts } = await ctx.runQuery(internal.delivery.mail.forwarding.gather, act);
    const rendered = renderForward({
      ...facts,
      note: asked.note,
      parts: parts.map(({ headers, text }) => ({
        text,
        headers: headers.map(({ name, value }) => [name, value] as const),
      })),
    });
    return ctx.runMutation(internal.delivery.mail.forwarding.record, { ...act, rendered });
  },
});

const ofAddress = { conversationId: v.id('conversations'), address: v.string() };

/** Nothing that comes from this address is taken in any more. */
export const block = operatorMutation('conversation.reply')({
  args: ofAddress,
  returns: v.null(),
  handler: async (ctx, args) => {
    const address = await loadAddress(ctx, args);
    const { customerId } = await loadConversationFor(ctx, ctx.member, args.conversationId);
    // Somebody in copy was named by who is known.
    const proof = (await proofOf(ctx, customerId, address)) ?? 'provider';
    await blockAddress(ctx, args.teamId, { value: address, proof });
    await noteAct(ctx, args.conversationId, 'sender.blocked', address);
    return null;
  },
});

/** Where a customer says they can be reached: no proof of anything, as if they had left it themselves. */
export const noteAddress = operatorMutation('conversation.reply')({
  args: ofAddress,
  returns: v.null(),
  handler: async (ctx, { teamId, conversationId, address }) => {
    const { customerId } = await loadConversationFor(ctx, ctx.member, conversationId);
    if (await isOwnAddress(ctx, teamId, normalizeEmail(address))) {
      throw appError('INVALID_INPUT', 'This is an address of this team: it would come back.');
    }
    await noteEmail(ctx, customerId, address);
    await noteAct(ctx, conversationId, 'customer.addressNoted', normalizeEmail(address));
    return null;
  },
});

/** [M4] The ticket is closed without a word to the customer; what they mail later is stored and starts nothing, until `lift`. */
export const markAsSpam = operatorMutation('ticket.work')({
  args: {
    ticketId: v.id('tickets'),
    expectedEpoch: v.number(),
    seenThrough: v.number(),
    confirmSteal: v.optional(v.boolean()),
  },
  returns: vHandbackOutcome,
  handler: async (ctx, { ticketId, expectedEpoch, seenThrough, confirmSteal }) => {
    const { member } = ctx;
    const { opened, ticket } = await openCaseWith(ctx, await loadTicketFor(ctx, member, ticketId));
    const handback = { expectedEpoch, seenThrough, confirmSteal };
    const outcome = await markAsSpamIn(ctx, opened, { ticket, member, handback });
    if ('done' in outcome) await noteAct(ctx, ticket.conversationId, 'sender.markedAsSpam');
    return outcome;
  },
});

/**
 * It is heard and written to again: no longer blocked, and what came back from it is forgotten. Where it was blocked as spam,
 * its conversation lives again.
 */
export const lift = operatorMutation('conversation.reply')({
  args: ofAddress,
  returns: v.null(),
  handler: async (ctx, args) => {
    const address = await loadAddress(ctx, args);
    const { customerId } = await loadConversationFor(ctx, ctx.member, args.conversationId);
    const wasSpam = await liftSpam(ctx, ctx.member, address);
    if (!wasSpam) await liftSuppression(ctx, args.teamId, address);
    await setUnreachable(ctx, customerId, address, undefined);
    await noteAct(ctx, args.conversationId, wasSpam ? 'sender.notSpam' : 'address.lifted', address);
    return null;
  },
});

/** One that takes part in the conversation. */
async function loadAddress(
  ctx: OfMember<CaseCtx>,
  { conversationId, address }: { conversationId: Id<'conversations'>; address: string },
): Promise<string> {
  const conversation = await loadConversationFor(ctx, ctx.member, conversationId);
  const normal = normalizeEmail(address);
  if (!(await takesPart(ctx, conversation, normal))) {
    throw appError('INVALID_INPUT', 'This address takes no part in the conversation.');
  }
  return normal;
}

/** The log holds no addresses: it names the conversation, and the customer's identity with this address, else their first. */
async function noteAct(
  ctx: OfMember<CaseCtx>,
  subject: Id<'conversations'>,
  action: AuditAction,
  address?: string,
) {
  const { customerId } = await loadConversationFor(ctx, ctx.member, subject);
  const known = await listIdentities(ctx, customerId, 'email');
  const identity = address === undefined ? known[0] : known.find(({ value }) => value === address);
  const detail = identity === undefined ? 'an address in copy' : undefined;
  const { teamId } = ctx.member;
  await audit(ctx, { teamId, actor: ctx.member, action, subject, detail, identityId: identity?._id });
}
