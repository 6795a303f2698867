/** A mail of ours did not arrive, or was complained about (docs/rules.md M2, M4): said where it was sent, never a new ticket. */
import type { Doc, Id } from '../../../_generated/dataModel';
import type { ReceivedMail } from '../../../shared/delivery/receivedMail';
import { type CaseCtx, openCaseOf } from '../../conversation/case';
import { appendEntry } from '../../conversation/entries';
import { setUnreachable } from '../../conversation/identities';
import { deliveryOf } from '../../conversation/outbox';
import { takeBack } from '../drain';
import { mailByMessageId } from '../../mail/mails';
import { suppress } from '../../mail/suppressions';

type Report = ReceivedMail['cameBack'][number];

/** [E4] Ids that are looked up for one mail of reports, which is about one mail of ours, seldom a few. */
const mostIds = 10;

/** By the ids in the reports of one mail. Who is not one of its recipients reports nothing. */
export async function noteCameBack(ctx: CaseCtx, teamId: Id<'teams'>, reports: Report[]): Promise<void> {
  const sent = new Map<string, Doc<'mails'>>();
  const ids = new Set(reports.flatMap(({ originalMessageIds }) => originalMessageIds));
  for (const messageId of [...ids].slice(0, mostIds)) {
    const mail = await mailByMessageId(ctx, teamId, messageId);
    if (mail?.direction === 'out') sent.set(messageId, mail);
  }
  for (const report of reports) {
    for (const messageId of report.originalMessageIds) {
      const mail = sent.get(messageId);
      if (mail === undefined) continue;
      const recipients = [...mail.to, ...mail.cc].map(({ address }) => address);
      if (report.recipient !== null && !recipients.includes(report.recipient)) continue;
      const only = recipients.length === 1 ? recipients[0]! : null;
      await cameBack(ctx, mail, { ...report, recipient: report.recipient ?? only });
      break;
    }
  }
}

/** The provider took it and could not send it: nothing is said of the address. */
export async function noteLost(
  ctx: CaseCtx,
  { conversationId }: Doc<'mails'>,
  { recipient, detail }: { recipient: string; detail: string | undefined },
): Promise<void> {
  await appendEntry(ctx, await openCaseOf(ctx, conversationId), {
    kind: 'event',
    audience: 'team',
    author: { kind: 'system' },
    event: { type: 'mailCameBack', to: recipient, how: 'bounced', detail },
  });
}

/** `recipient` null: one of several, and nobody knows which. It is said, and none of them pays for it. */
export async function cameBack(
  ctx: CaseCtx,
  mail: Doc<'mails'>,
  { how, recipient, detail }: { how: Report['how']; recipient: string | null; detail?: string },
): Promise<void> {
  const { teamId, conversationId } = mail;
  const opened = await openCaseOf(ctx, conversationId);
  const row = await deliveryOf(ctx, mail.entryId);
  await appendEntry(ctx, opened, {
    kind: 'event',
    audience: 'team',
    author: { kind: 'system' },
    event: { type: 'mailCameBack', to: recipient ?? undefined, how, sequence: row?.sequence, detail },
  });
  if (how === 'delayed' || recipient === null) return;
  await suppress(ctx, { teamId, address: recipient, reason: how, detail });
  if (how !== 'bounced') return;
  await setUnreachable(ctx, opened.conversation.customerId, recipient, detail ?? 'Mail to it came back.');
  // A copy that did not arrive takes nothing back of what the customer got.
  if (row !== null && mail.to.some(({ address }) => address === recipient)) {
    await takeBack(ctx, row, detail ?? 'The mail came back.');
  }
}
