/**
 * Mail of the desk itself (docs/rules.md M2, R1): invitations, links to a new password, "a customer waits". The only writer of
 * `deskMails`. It leaves by the team's address, paced with everything else of that account; a team without one reads it in the
 * local outbox, where its links open as they would from a mailbox.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { leaseMs, outboxTransitions, type OutboxState } from '../../shared/conversation/outbox';
import type { MailReceipt } from '../../shared/delivery/mailEvents';
import type { DeskMailKind } from '../../shared/delivery/mails';
import { withoutTokens } from '../../shared/mail/linkTokens';
import { givenUpAfterMs, reconcileInMs, retryInMs, type SendOutcome } from '../../shared/delivery/outcome';
import { seal, unseal } from '../kit/secrets';
import { noteOutcome, startOf } from './account';
import { noteSent } from './health';

type DeskMail = Doc<'deskMails'>;

interface NewDeskMail {
  teamId: Id<'teams'>;
  kind: DeskMailKind;
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** Most channels of a team. */
const maxChannels = 100;

/** The first address of the team that mail can leave by. */
async function sendingChannel(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
): Promise<Doc<'channels'> | null> {
  const channels = await ctx.db
    .query('channels')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .take(maxChannels);
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

async function move(
  ctx: MutationCtx,
  mail: DeskMail,
  to: OutboxState,
  change: Partial<Pick<DeskMail, 'attempts' | 'failure' | 'providerId'>> = {},
): Promise<boolean> {
  if (!outboxTransitions[mail.state][to]) return false;
  // [R3] It is on its way to the one who may open it: nobody else needs what its links open.
  const hasLeft = mail.channelId !== undefined && (to === 'sent' || to === 'delivered');
  const kept = hasLeft ? await closedTexts(mail) : {};
  await ctx.db.patch(mail._id, { ...change, ...kept, state: to });
  return true;
}

async function closedTexts(mail: DeskMail): Promise<Texts> {
  const { text, html } = await textsOf(mail);
  return sealedTexts(mail._id, { text: withoutTokens(text), html: withoutTokens(html) });
}

export async function claimDeskMail(ctx: MutationCtx, mail: DeskMail, slotAt?: number): Promise<void> {
  if (mail.state !== 'queued' || mail.channelId === undefined) return;
  const account = (await ctx.db.get(mail.channelId))?.account;
  if (account === undefined) return;
  const { _id: mailId } = mail;
  const at = await startOf(ctx, account, slotAt);
  if (at !== 0) {
    if (at !== null)
      await ctx.scheduler.runAt(at, internal.jobs.delivery.claimDeskMail, { mailId, slotAt: at });
    return;
  }
  const attempt = mail.attempts + 1;
  await move(ctx, mail, 'claimed', { attempts: attempt });
  await ctx.scheduler.runAfter(0, internal.delivery.send.carryDeskMail, { mailId, attempt });
  await ctx.scheduler.runAfter(leaseMs, internal.jobs.delivery.expireDeskMail, { mailId, attempt });
}

/** Its carrier has not reported in time. */
export async function expireDeskMail(ctx: MutationCtx, mail: DeskMail, attempt: number): Promise<void> {
  if (mail.state !== 'claimed' || mail.attempts !== attempt) return;
  const failure = 'The delivery did not report back in time.';
  await settleDeskMail(ctx, mail, attempt, { what: 'unknown', failure });
}

export async function settleDeskMail(
  ctx: MutationCtx,
  mail: DeskMail,
  attempt: number,
  outcome: SendOutcome,
): Promise<void> {
  const account = mail.channelId && (await ctx.db.get(mail.channelId))?.account;
  if (account !== undefined) await noteOutcome(ctx, account, outcome);
  if (mail.attempts !== attempt || (mail.state !== 'claimed' && mail.state !== 'unknown')) return;
  const { what, failure, providerId, retryAfterMs } = outcome;
  const isOver = Date.now() - mail.at > givenUpAfterMs;
  if (what === 'sent') {
    await move(ctx, mail, 'sent', { providerId, failure: undefined });
    if (mail.channelId !== undefined && account !== undefined) await noteSent(ctx, mail.channelId);
  } else if (what === 'permanent' || isOver) await move(ctx, mail, 'failed', { failure });
  else if (what === 'unknown') {
    await move(ctx, mail, 'unknown', { failure });
    const again = { mailId: mail._id, attempt };
    // Less and less often, up to the end of the day in which the provider knows its key.
    const wait = Math.max(reconcileInMs(0), (Date.now() - mail.at) / 2);
    await ctx.scheduler.runAfter(wait, internal.delivery.send.carryDeskMail, again);
  } else {
    await move(ctx, mail, 'failed', { failure });
    await move(ctx, { ...mail, state: 'failed' }, 'queued');
    const wait = retryInMs(attempt, retryAfterMs);
    await ctx.scheduler.runAfter(wait, internal.jobs.delivery.claimDeskMail, { mailId: mail._id });
  }
}

export async function noteDeskReceipt(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  { providerId, deskMailId, what, detail }: MailReceipt,
): Promise<boolean> {
  const named = deskMailId === undefined ? null : ctx.db.normalizeId('deskMails', deskMailId);
  const mail =
    (named && (await ctx.db.get(named))) ??
    (await ctx.db
      .query('deskMails')
      .withIndex('by_providerId', (q) => q.eq('providerId', providerId))
      .first());
  if (mail?.teamId !== teamId) return false;
  if (what === 'sent' || what === 'delivered') await move(ctx, mail, what, { providerId });
  else if (what !== 'delayed') await move(ctx, mail, 'failed', { failure: detail ?? 'It came back.' });
  return true;
}

/** What waits on a channel: called for when its account takes sends again. */
export function waitingDeskMails(
  ctx: Pick<QueryCtx, 'db'>,
  channelId: Id<'channels'>,
  count: number,
): Promise<DeskMail[]> {
  return ctx.db
    .query('deskMails')
    .withIndex('by_channelId_and_state', (q) => q.eq('channelId', channelId).eq('state', 'queued'))
    .take(count);
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
