/**
 * Carries answers to WhatsApp (docs/rules.md M2, M7, M8): files are brought there first, which is no send yet; then one call a part.
 * Each carries by what its status names it, so a status settles a send whose answer never came.
 */
import { internal } from '../../_generated/api';
import type { ActionCtx } from '../../functions';
import type { SendOutcome } from '../../shared/delivery/outcome';
import { callbackOf } from '../../shared/whatsapp/callbacks';
import { bodyOf, type Part, sendsOf } from '../../shared/whatsapp/sends';
import { sendParts } from '../chatSending';
import type { Carrier, Send } from '../kinds';
import { type Access, outcomeOf, sendMessage, uploadMedia } from './graph';
import type { Prepared } from './outgoing';

/** Bursts are taken; over the limit WhatsApp asks for patience, which the send then has. */
const everyMs = 0;

export const carryWhatsapp: Carrier = async (ctx, send) => {
  const prepared: Prepared = await ctx.runMutation(internal.delivery.whatsapp.outgoing.prepare, send);
  if (prepared === null || !('token' in prepared)) return prepared;
  const parts = sendsOf(prepared);
  const { chat, arrived: first, entryId, to } = prepared;
  const media = await bringFiles(ctx, send, prepared, parts.slice(first));
  if (media === null) return null;
  if ('outcome' in media) return asTold(ctx, send, await stopAfter(ctx, send, media.outcome));
  const { ids } = media;
  const pace = { everyMs, lastSentAt: undefined };
  return sendParts(ctx, send, { chat, first, count: parts.length, ...pace }, async (part) => {
    const callback = callbackOf({ entryId, part, count: parts.length });
    const body = bodyOf(parts[part]!, { to, callback }, ids[part - first]);
    return stopAfter(ctx, send, await sendMessage(prepared, body, send.attempt));
  });
};

async function stopAfter(ctx: ActionCtx, { outboxId }: Send, outcome: SendOutcome): Promise<SendOutcome> {
  const { what, failure: said = '' } = outcome;
  if (what === 'account') await ctx.runMutation(internal.delivery.whatsapp.outgoing.stop, { outboxId, said });
  return outcome;
}

/** Under which id each part's file is there now; null: it is another carrier's by now. */
async function bringFiles(
  ctx: ActionCtx,
  { outboxId, attempt }: Send,
  access: Access,
  parts: Part[],
): Promise<{ ids: (string | undefined)[] } | { outcome: SendOutcome } | null> {
  const ids: (string | undefined)[] = [];
  for (const part of parts) {
    if (part.what !== 'media') {
      ids.push(undefined);
      continue;
    }
    const ofAttempt = { outboxId, attempt };
    if (!(await ctx.runMutation(internal.delivery.whatsapp.outgoing.bringsFile, ofAttempt))) return null;
    const { storageId, name } = part.file;
    const blob = await ctx.storage.get(storageId);
    if (blob === null)
      return { outcome: { what: 'permanent', failure: `“${name}” is not kept here any more.` } };
    const brought = await uploadMedia(access, { blob, name, contentType: part.type });
    if ('failure' in brought) return { outcome: beforeTheSend(outcomeOf(brought.failure, 1)) };
    ids.push(brought.id);
  }
  return { ids };
}

/** No message has left: what is not known is tried again. */
const beforeTheSend = (outcome: SendOutcome): SendOutcome =>
  outcome.what === 'unknown' ? { ...outcome, what: 'retry' } : outcome;

/** Nothing is called for: only what came of it is told. */
function asTold(ctx: ActionCtx, send: Send, outcome: SendOutcome): Awaited<ReturnType<Carrier>> {
  return {
    keep: () => Promise.resolve(true),
    call: () => Promise.resolve(outcome),
    settle: (told) => ctx.runMutation(internal.delivery.send.settle, { ...send, outcome: told }),
  };
}
