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
import type { Id } from '../_generated/dataModel';
import { type ActionCtx, internalAction } from '../functions';
import type { MailFacts } from '../model/delivery/outgoing';
import type { SendOutcome } from '../shared/delivery/outcome';
import { renderMail, withFiles } from './renderMail';
import { sendMail } from './resend';
import { until } from './slots';
import { passes } from './steps';

export const carry = internalAction({
  args: { outboxId: v.id('outbox'), attempt: v.number(), callAt: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { callAt, ...send }) => {
    await passes('claimed', send.outboxId);
    const prepared = await ctx.runMutation(internal.delivery.outgoing.prepare, send);
    if (prepared === null) return null;
    const settle = (report: { mailId?: Id<'mails'>; outcome: SendOutcome }) =>
      ctx.runMutation(internal.delivery.outgoing.settle, { ...send, ...report });
    if (!('facts' in prepared)) {
      await settle({ outcome: whyNot(prepared) });
      return null;
    }
    await passes('prepared', send.outboxId);
    const { mailId, apiKey, facts } = prepared;
    const request = prepared.request ?? (await renderAndKeep(ctx, mailId, facts));
    await passes('kept', send.outboxId);
    await until(callAt);
    const outcome: SendOutcome =
      apiKey === null
        ? { what: 'sent' }
        : await sendMail(apiKey, await withFiles(ctx, request), `message/${facts.entryId}`);
    await passes('called', send.outboxId);
    await settle({ mailId, outcome });
    await passes('settled', send.outboxId);
    return null;
  },
});

/** What is not called for at all. */
const whyNot = (prepared: { refused: string } | { waitsFor: string }): SendOutcome =>
  'refused' in prepared
    ? { what: 'permanent', failure: prepared.refused }
    : { what: 'later', failure: prepared.waitsFor };

/** Returns what is kept, which may be what an earlier carrier rendered. */
async function renderAndKeep(ctx: ActionCtx, mailId: Id<'mails'>, facts: MailFacts): Promise<string> {
  const request = await renderMail(facts);
  return ctx.runMutation(internal.delivery.outgoing.keep, { mailId, request });
}

export const carryDeskMail = internalAction({
  args: { mailId: v.id('deskMails'), attempt: v.number(), callAt: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { callAt, ...send }) => {
    const mail = await ctx.runQuery(internal.delivery.outgoing.readDeskMail, send);
    if (mail === null) return null;
    await until(callAt);
    const outcome = await sendMail(mail.apiKey, await withFiles(ctx, mail.request), `desk/${send.mailId}`);
    await ctx.runMutation(internal.delivery.outgoing.settleDesk, { ...send, outcome });
    return null;
  },
});
