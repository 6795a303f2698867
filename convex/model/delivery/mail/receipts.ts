/** What the provider tells of a mail that it took (docs/rules.md M2, M4). A receipt may overtake the answer to the send. */
import { internal } from '../../../_generated/api';
import type { Doc, Id } from '../../../_generated/dataModel';
import type { QueryCtx } from '../../../_generated/server';
import type { MailReceipt } from '../../../shared/delivery/mailEvents';
import type { CaseCtx } from '../../conversation/case';
import { deliveryOf, settle, settleWaiting } from '../../conversation/outbox';
import { giveUpSent } from '../drain';
import { cameBack, noteLost } from './cameBack';
import { deskMailOf, noteDeskReceipt } from './deskMails';
import { noteSent } from '../health';
import { mailByProviderId, mailOfEntry, noteIds } from '../../mail/mails';
import { noteSentMail } from '../../mail/threads';

type Reader = Pick<QueryCtx, 'db'>;

/** False where it is about no mail of this team. */
export async function noteReceipt(
  ctx: CaseCtx,
  { teamId }: Doc<'channels'>,
  receipt: MailReceipt,
): Promise<boolean> {
  const mail = await mailOf(ctx, teamId, receipt);
  if (mail === null) return noteDeskReceipt(ctx, teamId, receipt);
  const { providerId, messageId } = receipt;
  await noteIds(ctx, mail, { providerId, messageId });
  if (messageId !== undefined) await noteSentMail(ctx, mail, messageId);
  await applyReceipt(ctx, mail, receipt);
  return true;
}

/** Whether it is about a mail of this team: an account also tells of what others send with it. */
export async function isAboutOurs(ctx: Reader, teamId: Id<'teams'>, receipt: MailReceipt): Promise<boolean> {
  return ((await mailOf(ctx, teamId, receipt)) ?? (await deskMailOf(ctx, teamId, receipt))) !== null;
}

async function mailOf(
  ctx: Reader,
  teamId: Id<'teams'>,
  { providerId, entryId }: MailReceipt,
): Promise<Doc<'mails'> | null> {
  const named = entryId === undefined ? null : ctx.db.normalizeId('entries', entryId);
  const byEntry = named === null ? null : await mailOfEntry(ctx, named);
  const mail = byEntry ?? (await mailByProviderId(ctx, providerId));
  return mail?.teamId === teamId && mail.direction === 'out' ? mail : null;
}

async function applyReceipt(ctx: CaseCtx, mail: Doc<'mails'>, receipt: MailReceipt): Promise<void> {
  const row = await deliveryOf(ctx, mail.entryId);
  if (row === null) return;
  const { what, detail } = receipt;
  switch (what) {
    case 'sent':
    case 'delivered': {
      const wasUnderWay = row.state === 'claimed' || row.state === 'unknown';
      const { conversationId } = row;
      const hasMoved =
        (await settleWaiting(ctx, row, what)) ||
        ((await settle(ctx, row, row.attempts, { to: what })) && wasUnderWay);
      if (!hasMoved) return;
      await noteSent(ctx, mail.channelId);
      await ctx.scheduler.runAfter(0, internal.jobs.outbox.claim, { conversationId });
      return;
    }
    case 'delayed':
    case 'bounced':
    case 'complained':
      return cameBack(ctx, mail, {
        how: what,
        recipient: recipientOf(mail, receipt),
        ...(detail === undefined ? {} : { detail }),
      });
    case 'failed':
      await noteLost(ctx, mail, { recipient: mail.to[0]!.address, detail });
      return giveUpSent(ctx, row, detail ?? 'The provider could not send it.');
  }
}

/**
 * Whom it is about. The provider tells of each recipient, and may name to whom the mail was written all the same: of a mail with
 * copies only a copy that it names is sure. Null: nobody knows.
 */
function recipientOf({ to, cc }: Doc<'mails'>, { recipient }: MailReceipt): string | null {
  if (cc.length === 0) return to[0]!.address;
  return cc.find(({ address }) => address === recipient)?.address ?? null;
}
