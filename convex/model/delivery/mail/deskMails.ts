/**
 * Mail of the desk itself (docs/rules.md M2, R1): invitations, links to a new password, what needs somebody. The only writer of
 * `deskMails`. It leaves by the team's address, paced with everything else of that account; a team without one reads it in the
 * local outbox, where its links open as they would from a mailbox.
 */
import { internal } from '../../../_generated/api';
import type { Doc, Id } from '../../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../../_generated/server';
import { leaseMs, outboxTransitions, type OutboxState } from '../../../shared/conversation/outbox';
import type { MailReceipt } from '../../../shared/delivery/mailEvents';
import type { DeskMailKind } from '../../../shared/delivery/mails';
import { withoutTokens } from '../../../shared/mail/linkTokens';
import {
  didNotReport,
  isForgotten,
  nextStep,
  nobodyKnows,
  reconcileInMs,
  type SendOutcome,
} from '../../../shared/delivery/outcome';
import { writtenAddress } from '../../../shared/mail/addresses';
import { listChannels } from '../../kit/channels';
import { seal, unseal } from '../../kit/secrets';
import { noteOutcome, questionOf, startOf, startOfSlot } from '../account';
import type { CaseCtx } from '../../conversation/case';
import { noteSent } from '../health';
import { noteForwardLost } from './forwardLost';

type DeskMail = Doc<'deskMails'>;

interface NewDeskMail extends Partial<Pick<DeskMail, 'conversationId' | 'entryId' | 'files' | 'needIds'>> {
  teamId: Id<'teams'>;
  kind: DeskMailKind;
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** The first address of the team that mail can leave by. */
async function sendingChannel(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
): Promise<Doc<'channels'> | null> {
  const channels = await listChannels(ctx, teamId);
  return (
    channels.find(({ kind, active, account }) => kind === 'email' && active && account !== undefined) ?? null
  );
}

/**
 * In the transaction of what it tells about; by the first address of the team that may, unless told by which. `leaves`: it goes
 * to a mailbox; otherwise it waits in the local outbox.
 */
export async function sendDeskMail(
  ctx: MutationCtx,
  { text, html, ...mail }: NewDeskMail,
  by?: Doc<'channels'>,
): Promise<{ leaves: boolean }> {
  const chosen = by ?? (await sendingChannel(ctx, mail.teamId));
  const channel = chosen?.account === undefined ? null : chosen;
  const mailId = await ctx.db.insert('deskMails', {
    ...mail,
    text: '',
    html: '',
    ...(channel === null ? {} : { channelId: channel._id }),
    state: channel === null ? 'sent' : 'queued',
    attempts: 0,
    at: Date.now(),
  });
  await ctx.db.patch(mailId, await sealedTexts(mailId, { text, html }));
  if (channel !== null) await ctx.scheduler.runAfter(0, internal.jobs.delivery.claimDeskMail, { mailId });
  return { leaves: channel !== null };
}

interface Texts {
  text: string;
  html: string;
}

/** [R3] Sealed: they hold links that open something. */
async function sealedTexts(mailId: DeskMail['_id'], { text, html }: Texts): Promise<Texts> {
  return { text: await seal(text, `${mailId}.text`), html: await seal(html, `${mailId}.html`) };
}

export async function textsOf({ _id, text, html }: DeskMail): Promise<Texts> {
  return { text: await unseal(text, `${_id}.text`), html: await unseal(html, `${_id}.html`) };
}

type Change = Partial<
  Pick<DeskMail, 'attempts' | 'failure' | 'providerId' | 'from' | 'account' | 'triedAt' | 'asked'>
>;

async function move(
  ctx: MutationCtx,
  mail: DeskMail,
  to: OutboxState,
  change: Change = {},
): Promise<boolean> {
  if (!outboxTransitions[mail.state][to]) return false;
  // [R3] It is on its way to the one who may open it: nobody else needs what its links open.
  const hasLeft = mail.channelId !== undefined && isThere(to);
  const kept = hasLeft ? await closedTexts(mail) : {};
  await ctx.db.patch(mail._id, { ...change, ...kept, state: to });
  if (hasLeft && !isThere(mail.state)) await noteLeft(ctx, mail.channelId!);
  return true;
}

const isThere = (state: OutboxState) => state === 'sent' || state === 'delivered';

/** Whoever says it first, the answer to the send or a receipt. Without an account it is only in the local outbox. */
async function noteLeft(ctx: MutationCtx, channelId: Id<'channels'>): Promise<void> {
  if ((await ctx.db.get(channelId))?.account !== undefined) await noteSent(ctx, channelId);
}

async function closedTexts(mail: DeskMail): Promise<Texts> {
  const { text, html } = await textsOf(mail);
  return sealedTexts(mail._id, { text: withoutTokens(text), html: withoutTokens(html) });
}

/** As a send of a conversation is (drain.ts), except that none waits for another. True where it leaves now. */
export async function claimDeskMail(ctx: MutationCtx, mail: DeskMail, slotAt?: number): Promise<boolean> {
  const channel = mail.channelId === undefined ? null : await ctx.db.get(mail.channelId);
  if (mail.state !== 'queued' || channel === null || !channel.active) return false;
  const { _id: mailId } = mail;
  if (await isMoot(ctx, mail)) {
    await move(ctx, mail, 'cancelled');
    return false;
  }
  const { account } = channel;
  if (account === undefined) {
    // The key was taken out since. What was never tried is read in the local outbox; the rest waits for a key.
    if (mail.account === undefined) await ctx.db.patch(mailId, { channelId: undefined, state: 'sent' });
    return false;
  }
  const at = await startOf(ctx, account, slotAt);
  if (at !== 0) {
    if (at !== null)
      await ctx.scheduler.runAt(startOfSlot(at), internal.jobs.delivery.claimDeskMail, {
        mailId,
        slotAt: at,
      });
    return false;
  }
  const attempt = mail.attempts + 1;
  const first = { account: mail.account ?? account, triedAt: mail.triedAt ?? Date.now() };
  await move(ctx, mail, 'claimed', { attempts: attempt, from: await senderOf(ctx, channel), ...first });
  await ctx.scheduler.runAfter(0, internal.delivery.send.carryDeskMail, { mailId, attempt, callAt: slotAt });
  await ctx.scheduler.runAfter(leaseMs, internal.jobs.delivery.expireDeskMail, { mailId, attempt });
  return true;
}

/** All that it tells of was handled while it waited. */
async function isMoot(ctx: MutationCtx, { needIds }: DeskMail): Promise<boolean> {
  if (needIds === undefined) return false;
  for (const needId of needIds) if ((await ctx.db.get(needId)) !== null) return false;
  return true;
}

async function senderOf(ctx: MutationCtx, { teamId, mail }: Doc<'channels'>): Promise<string> {
  const { address, senderName } = mail!;
  return writtenAddress({ address, name: senderName || (await ctx.db.get(teamId))!.name });
}

/** Its carrier has not reported in time. */
export async function expireDeskMail(ctx: MutationCtx, mail: DeskMail, attempt: number): Promise<void> {
  if (mail.state !== 'claimed' || mail.attempts !== attempt) return;
  await askLater(ctx, mail, didNotReport, reconcileInMs(mail.asked ?? 0));
}

/** It will never arrive, or has come back. */
async function giveUp(ctx: CaseCtx, mail: DeskMail, failure: string | undefined): Promise<void> {
  if (await move(ctx, mail, 'failed', { failure })) await noteForwardLost(ctx, mail, failure);
}

export async function settleDeskMail(
  ctx: CaseCtx,
  mail: DeskMail,
  attempt: number,
  { isUncalled, ...outcome }: SendOutcome & { isUncalled?: boolean | undefined },
): Promise<void> {
  const account = mail.channelId && (await ctx.db.get(mail.channelId))?.account;
  if (account !== undefined) await noteOutcome(ctx, account, outcome);
  if (mail.attempts !== attempt || (mail.state !== 'claimed' && mail.state !== 'unknown')) return;
  const { failure, providerId } = outcome;
  const { attempts, asked = 0, state } = mail;
  const tried = { attempts, asked, isUnknown: state === 'unknown', triedAt: triedAt(mail) };
  const next = nextStep(outcome, tried, Date.now());
  if (next.to === 'unknown') return askLater(ctx, mail, failure, next.inMs);
  if (next.to === 'sent') {
    await move(ctx, mail, 'sent', { providerId, failure: undefined });
    return;
  }
  if (next.inMs === undefined) return giveUp(ctx, mail, failure);
  // [M2] Nothing has ever been called for: it is as one that was never tried.
  const isUntried = isUncalled && attempts === 1;
  await move(ctx, mail, 'failed', { failure, ...(isUntried && { account: undefined, triedAt: undefined }) });
  await move(ctx, { ...mail, state: 'failed' }, 'queued');
  await ctx.scheduler.runAfter(next.inMs, internal.jobs.delivery.claimDeskMail, { mailId: mail._id });
}

/** Mails of an older desk do not say. */
const triedAt = ({ triedAt: first, at }: DeskMail): number => first ?? at;

async function askLater(ctx: MutationCtx, mail: DeskMail, failure: string | undefined, inMs: number) {
  const { _id: mailId, attempts: attempt } = mail;
  const asked = (mail.asked ?? 0) + 1;
  if (mail.state === 'unknown') await ctx.db.patch(mailId, { failure, asked });
  else await move(ctx, mail, 'unknown', { failure, asked });
  await ctx.scheduler.runAfter(inMs, internal.jobs.delivery.askDeskMail, { mailId, attempt, asked });
}

/** What became of it, as drain.ts asks. */
export async function askDeskMail(
  ctx: CaseCtx,
  mail: DeskMail,
  { attempt, asked, slotAt }: { attempt: number; asked: number; slotAt?: number | undefined },
): Promise<void> {
  if (mail.state !== 'unknown' || mail.attempts !== attempt || mail.asked !== asked) return;
  const channel = mail.channelId === undefined ? null : await ctx.db.get(mail.channelId);
  if (channel === null || mail.account !== channel.account || isForgotten(triedAt(mail), Date.now())) {
    return giveUp(ctx, mail, nobodyKnows);
  }
  const { _id: mailId } = mail;
  const question = await questionOf(ctx, channel, slotAt);
  const isNow = question.at === 0;
  if (isNow)
    await ctx.scheduler.runAfter(0, internal.delivery.send.carryDeskMail, {
      mailId,
      attempt,
      callAt: slotAt,
    });
  const { at, ...slot } = isNow ? { at: Date.now() + leaseMs } : question;
  await ctx.scheduler.runAt(at, internal.jobs.delivery.askDeskMail, { mailId, attempt, asked, ...slot });
}

export async function noteDeskReceipt(
  ctx: CaseCtx,
  teamId: Id<'teams'>,
  receipt: MailReceipt,
): Promise<boolean> {
  const mail = await deskMailOf(ctx, teamId, receipt);
  if (mail === null) return false;
  const { providerId, messageId, what, detail: failure = 'It came back.' } = receipt;
  if (mail.entryId !== undefined && messageId !== undefined) await ctx.db.patch(mail._id, { messageId });
  if (what === 'sent' || what === 'delivered') await move(ctx, mail, what, { providerId });
  // [M2] A late one leaves the status, which never goes backwards.
  else if (what === 'bounced' && mail.state === 'delivered') {
    if (mail.failure === undefined) await noteForwardLost(ctx, mail, failure);
    await ctx.db.patch(mail._id, { failure });
  } else if (what !== 'delayed') await giveUp(ctx, mail, failure);
  return true;
}

export async function deskMailOf(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
  { providerId, deskMailId }: MailReceipt,
): Promise<DeskMail | null> {
  const named = deskMailId === undefined ? null : ctx.db.normalizeId('deskMails', deskMailId);
  const mail =
    (named && (await ctx.db.get(named))) ??
    (await ctx.db
      .query('deskMails')
      .withIndex('by_providerId', (q) => q.eq('providerId', providerId))
      .first());
  return mail?.teamId === teamId ? mail : null;
}

/** Of which conversation a mail under this id was passed on; null: none was. */
export async function forwardedUnder(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
  messageId: string,
): Promise<Id<'conversations'> | null> {
  const mail = await ctx.db
    .query('deskMails')
    .withIndex('by_teamId_and_messageId', (q) => q.eq('teamId', teamId).eq('messageId', messageId))
    .first();
  return mail?.conversationId ?? null;
}

/** What waits on a channel, oldest first. */
function waiting(ctx: Pick<QueryCtx, 'db'>, channelId: Id<'channels'>) {
  return ctx.db
    .query('deskMails')
    .withIndex('by_channelId_and_state', (q) => q.eq('channelId', channelId).eq('state', 'queued'));
}

/** Called for in one transaction. */
const batch = 100;

/** The oldest that still tells of something; false where none waits. */
export async function claimOldestWaiting(ctx: MutationCtx, channelId: Id<'channels'>): Promise<boolean> {
  for (const mail of await waiting(ctx, channelId).take(batch))
    if (await claimDeskMail(ctx, mail)) return true;
  return false;
}

/** Calls for what waits on a channel, a page at a time; returns where to go on. */
export async function callForDeskMails(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  cursor: string | null,
): Promise<string | null> {
  const { page, isDone, continueCursor } = await waiting(ctx, channelId).paginate({
    cursor,
    numItems: batch,
  });
  for (const { _id: mailId } of page)
    await ctx.scheduler.runAfter(0, internal.jobs.delivery.claimDeskMail, { mailId });
  return isDone ? null : continueCursor;
}

const keptMs = 30 * 86_400_000;

export async function sweepDeskMails(ctx: MutationCtx, count: number): Promise<number> {
  const old = await ctx.db
    .query('deskMails')
    .withIndex('by_at', (q) => q.lt('at', Date.now() - keptMs))
    .take(count);
  for (const { _id } of old) await ctx.db.delete(_id);
  return old.length;
}
