/** The transactions between the steps of a send: what the carriers of send.ts call (docs/rules.md M2). */
import { type Infer, v } from 'convex/values';
import { internalMutation, internalQuery } from '../../functions';
import type { Doc } from '../../_generated/dataModel';
import { keyFor } from '../../model/kit/secrets';
import { forwardAddress } from '../../shared/mail/threading';
import { asAttachment } from './renderMail';
import { readSecret } from '../../model/delivery/channelSecrets';
import { isUnderWay, settleSend } from '../../model/delivery/drain';
import { settleDeskMail, textsOf } from '../../model/delivery/mail/deskMails';
import { keepRequest, noteIds, requestOf } from '../../model/mail/mails';
import { gatherMail, vMailFacts } from '../../model/delivery/mail/outgoing';
import { loopHeader } from '../../shared/mail/automatic';
import { vSendOutcome } from '../../shared/delivery/outcome';

const ofAttempt = { outboxId: v.id('outbox'), attempt: v.number() };

/** The key that it was claimed under has been taken out. */
const vWaitsForKey = v.object({ waitsFor: v.string() });
const noKey = 'The key of its address was taken out.';

const vPrepared = v.union(
  v.object({
    mailId: v.id('mails'),
    /** Null: nothing leaves the desk, it is read in the local outbox. */
    apiKey: v.union(v.string(), v.null()),
    /** As it was rendered at an earlier try. */
    request: v.union(v.string(), v.null()),
    facts: vMailFacts,
  }),
  v.object({ refused: v.string() }),
  vWaitsForKey,
  /** It is no longer this carrier's. */
  v.null(),
);
export type Prepared = Infer<typeof vPrepared>;

export const prepare = internalMutation({
  args: ofAttempt,
  returns: vPrepared,
  handler: async (ctx, { outboxId, attempt }) => {
    const row = await ctx.db.get(outboxId);
    if (!isUnderWay(row, attempt)) return null;
    const channel = row.channelId === undefined ? null : await ctx.db.get(row.channelId);
    if (channel?.kind !== 'email') return { refused: 'This desk has no such channel.' };
    const gathered = await gatherMail(ctx, row, channel);
    if ('refused' in gathered) return gathered;
    const { mail, facts } = gathered;
    const apiKey = await readSecret(ctx, channel._id, 'apiKey');
    if (apiKey === undefined && row.account !== undefined) return { waitsFor: noKey };
    return { mailId: mail._id, apiKey: apiKey ?? null, request: await requestOf(mail), facts };
  },
});

/** Returns the request that is kept, which may be an earlier one. */
export const keep = internalMutation({
  args: { mailId: v.id('mails'), request: v.string() },
  returns: v.string(),
  handler: (ctx, { mailId, request }) => keepRequest(ctx, mailId, request),
});

export const settle = internalMutation({
  args: { ...ofAttempt, mailId: v.optional(v.id('mails')), outcome: vSendOutcome },
  returns: v.boolean(),
  handler: async (ctx, { outboxId, attempt, mailId, outcome }) => {
    const row = await ctx.db.get(outboxId);
    if (row === null) return false;
    const mail = mailId === undefined ? null : await ctx.db.get(mailId);
    if (mail !== null) await noteIds(ctx, mail, { providerId: outcome.providerId });
    return settleSend(ctx, row, attempt, outcome);
  },
});

export const readDeskMail = internalQuery({
  args: { mailId: v.id('deskMails'), attempt: v.number() },
  returns: v.union(
    v.object({
      apiKey: v.string(),
      request: v.string(),
    }),
    vWaitsForKey,
    v.null(),
  ),
  handler: async (ctx, { mailId, attempt }) => {
    const mail = await ctx.db.get(mailId);
    const isMine = mail?.attempts === attempt && (mail.state === 'claimed' || mail.state === 'unknown');
    const channel = isMine && mail.channelId ? await ctx.db.get(mail.channelId) : null;
    const apiKey = channel && (await readSecret(ctx, channel._id, 'apiKey'));
    if (!isMine) return null;
    if (!apiKey) return mail.state === 'claimed' ? { waitsFor: noKey } : null;
    const { from, to, subject } = mail;
    const request = JSON.stringify({
      from,
      to: [to],
      subject,
      ...(await textsOf(mail)),
      ...(await byWhom(mail, channel)),
      tags: [{ name: 'desk', value: mailId }],
    });
    return { apiKey, request };
  },
});

/** The desk itself, which nobody answers; or a person, who passes something on and reads what is answered. */
async function byWhom({ conversationId, files = [] }: Doc<'deskMails'>, { mail }: Doc<'channels'>) {
  if (conversationId === undefined)
    return { headers: { 'Auto-Submitted': 'auto-generated', [loopHeader]: '1' } };
  const { replyAddress } = mail!;
  const answerTo = await forwardAddress(await keyFor('mail'), replyAddress, conversationId);
  const attachments = files.map(asAttachment);
  return { reply_to: answerTo ?? replyAddress, ...(attachments.length > 0 && { attachments }) };
}

export const settleDesk = internalMutation({
  args: {
    mailId: v.id('deskMails'),
    attempt: v.number(),
    outcome: vSendOutcome,
    /** The provider was not called at all. */
    isUncalled: v.optional(v.boolean()),
  },
  returns: v.null(),
  handler: async (ctx, { mailId, attempt, outcome, isUncalled }) => {
    const mail = await ctx.db.get(mailId);
    if (mail !== null) await settleDeskMail(ctx, mail, attempt, { ...outcome, isUncalled });
    return null;
  },
});
