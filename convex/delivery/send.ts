/**
 * The carriers (docs/rules.md M2): each brings one claimed send to its provider and reports. Between their steps they may die
 * at any place:
 *
 *   claimed ─▶ prepare ─▶ render ─▶ keep the request ─▶ call ─▶ settle
 *
 * Before the call nothing has left; after it the same request goes out under the same key, so the provider has it once. Who
 * asks again is model/delivery/drain.ts.
 */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalAction } from '../functions';
import type { SendOutcome } from '../shared/delivery/outcome';
import { renderMail } from './renderMail';
import { sendMail } from './resend';

export const carry = internalAction({
  args: { outboxId: v.id('outbox'), attempt: v.number() },
  returns: v.null(),
  handler: async (ctx, send) => {
    const prepared = await ctx.runMutation(internal.delivery.outgoing.prepare, send);
    if (prepared === null) return null;
    if ('refused' in prepared) {
      const outcome: SendOutcome = { what: 'permanent', failure: prepared.refused };
      await ctx.runMutation(internal.delivery.outgoing.settle, { ...send, outcome });
      return null;
    }
    const { mailId, apiKey, facts } = prepared;
    const rendered = prepared.request ?? (await renderMail(facts));
    const request =
      prepared.request ??
      (await ctx.runMutation(internal.delivery.outgoing.keep, { mailId, request: rendered }));
    const outcome: SendOutcome =
      apiKey === null ? { what: 'sent' } : await sendMail(apiKey, request, `message/${facts.entryId}`);
    await ctx.runMutation(internal.delivery.outgoing.settle, { ...send, mailId, outcome });
    return null;
  },
});

export const carryDeskMail = internalAction({
  args: { mailId: v.id('deskMails'), attempt: v.number() },
  returns: v.null(),
  handler: async (ctx, send) => {
    const mail = await ctx.runQuery(internal.delivery.outgoing.readDeskMail, send);
    if (mail === null) return null;
    const outcome = await sendMail(mail.apiKey, mail.request, `desk/${send.mailId}`);
    await ctx.runMutation(internal.delivery.outgoing.settleDesk, { ...send, outcome });
    return null;
  },
});
