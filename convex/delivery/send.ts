/**
 * The carriers (docs/rules.md M2): each brings one claimed send to its provider and reports. Between their steps they may die
 * at any place:
 *
 *   claimed ─▶ prepare ─▶ render ─▶ keep the request ─▶ call ─▶ settle
 *
 * Before the call nothing has left. After it a provider that knows our keys is sent the same request again, which it has once
 * then; where none does, nobody knows, and a person sees that. Who asks again is model/delivery/drain.ts.
 */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalAction, internalMutation } from '../functions';
import { settleSend } from '../model/delivery/drain';
import { type ProviderKind, vProviderKind } from '../shared/conversation/channels';
import { type SendOutcome, vSendOutcome } from '../shared/delivery/outcome';
import type { Carrier } from './kinds';
import { carryMail } from './mail/carrier';
import { withFiles } from './mail/renderMail';
import { sendMail } from './mail/resend';
import { until } from './slots';
import { carryTelegram } from './telegram/carrier';
import { passes } from './steps';
import { carryWhatsapp } from './whatsapp/carrier';

const carriers: Record<ProviderKind, Carrier> = {
  email: carryMail,
  telegram: carryTelegram,
  whatsapp: carryWhatsapp,
};

export const carry = internalAction({
  args: {
    outboxId: v.id('outbox'),
    attempt: v.number(),
    callAt: v.optional(v.number()),
    /** Absent: an older desk has asked for it, which carried mail alone. */
    kind: v.optional(vProviderKind),
  },
  returns: v.null(),
  handler: async (ctx, { callAt, kind = 'email', ...send }) => {
    const { outboxId } = send;
    await passes('claimed', outboxId);
    const ready = await carriers[kind](ctx, send);
    if (ready === null) return null;
    if (!('call' in ready)) {
      await ctx.runMutation(internal.delivery.send.settle, { ...send, outcome: whyNot(ready) });
      return null;
    }
    await passes('prepared', outboxId);
    if (!(await ready.keep())) return null;
    await passes('kept', outboxId);
    await until(callAt);
    const outcome = await ready.call();
    await passes('called', outboxId);
    await ready.settle(outcome);
    await passes('settled', outboxId);
    return null;
  },
});

/** What is not called for at all. */
const whyNot = (prepared: { refused: string } | { waitsFor: string }): SendOutcome =>
  'refused' in prepared
    ? { what: 'permanent', failure: prepared.refused }
    : { what: 'later', failure: prepared.waitsFor };

export const settle = internalMutation({
  args: { outboxId: v.id('outbox'), attempt: v.number(), outcome: vSendOutcome },
  returns: v.boolean(),
  handler: async (ctx, { outboxId, attempt, outcome }) => {
    const row = await ctx.db.get(outboxId);
    return row !== null && settleSend(ctx, row, attempt, outcome);
  },
});

export const carryDeskMail = internalAction({
  args: { mailId: v.id('deskMails'), attempt: v.number(), callAt: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { callAt, ...send }) => {
    const mail = await ctx.runQuery(internal.delivery.mail.outgoing.readDeskMail, send);
    if (mail === null) return null;
    if ('waitsFor' in mail) {
      const outcome = whyNot(mail);
      await ctx.runMutation(internal.delivery.mail.outgoing.settleDesk, {
        ...send,
        outcome,
        isUncalled: true,
      });
      return null;
    }
    await until(callAt);
    const outcome = await sendMail(mail.apiKey, await withFiles(ctx, mail.request), `desk/${send.mailId}`);
    await ctx.runMutation(internal.delivery.mail.outgoing.settleDesk, { ...send, outcome });
    return null;
  },
});
