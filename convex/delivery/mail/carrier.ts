/** Carries answers by mail (docs/rules.md M2): the same request at every try, under a key by which the provider has it once. */
import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import type { ActionCtx } from '../../functions';
import type { MailFacts } from '../../model/delivery/mail/outgoing';
import type { Carrier } from '../kinds';
import type { Prepared } from './outgoing';
import { renderMail, withFiles } from './renderMail';
import { sendMail } from './resend';

export const carryMail: Carrier = async (ctx, send) => {
  const prepared: Prepared = await ctx.runMutation(internal.delivery.mail.outgoing.prepare, send);
  if (prepared === null || !('facts' in prepared)) return prepared;
  const { mailId, apiKey, facts } = prepared;
  let request = prepared.request ?? '';
  return {
    keep: async () => {
      if (prepared.request === null) request = await renderAndKeep(ctx, mailId, facts);
      return true;
    },
    call: async () =>
      apiKey === null
        ? { what: 'stayed' }
        : sendMail(apiKey, await withFiles(ctx, request), `message/${facts.entryId}`),
    settle: (outcome) =>
      ctx.runMutation(internal.delivery.mail.outgoing.settle, { ...send, mailId, outcome }),
  };
};

/** Returns what is kept, which may be what an earlier carrier rendered. */
async function renderAndKeep(ctx: ActionCtx, mailId: Id<'mails'>, facts: MailFacts): Promise<string> {
  const request = await renderMail(facts);
  return ctx.runMutation(internal.delivery.mail.outgoing.keep, { mailId, request });
}
