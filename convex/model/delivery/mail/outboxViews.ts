/**
 * The outbox as people read it (docs/rules.md M2, R3): what the desk wrote and what became of it.
 *
 * Without a key a mail stays here, and its links open as they would from a mailbox. One that left is its recipient's: it is shown
 * without what its links open. A link that only an owner may make opens for owners alone.
 */
import { type Infer, v } from 'convex/values';
import type { Doc } from '../../../_generated/dataModel';
import type { QueryCtx } from '../../../_generated/server';
import { type DeskMailKind, vDeskMailKind } from '../../../shared/delivery/mails';
import { withoutTokens } from '../../../shared/mail/linkTokens';
import { type OutboxState, vOutboxState } from '../../../shared/conversation/outbox';
import { isAllowed, type Permission } from '../../../shared/people/permissions';
import type { Role } from '../../../shared/people/people';
import { deliveryOf } from '../../conversation/outbox';
import { requestOf } from '../../mail/mails';
import { textsOf } from './deskMails';

type Reader = Pick<QueryCtx, 'db'>;

export const vOutboxRow = v.object({
  at: v.number(),
  to: v.string(),
  subject: v.string(),
  kind: v.union(vDeskMailKind, v.literal('reply')),
  state: vOutboxState,
  failure: v.union(v.string(), v.null()),
  /** It never left the desk. */
  isLocal: v.boolean(),
});
type OutboxRow = Infer<typeof vOutboxRow>;

export const vOpenedMail = v.object({
  from: v.string(),
  cc: v.array(v.string()),
  text: v.string(),
  html: v.string(),
});
type OpenedMail = Infer<typeof vOpenedMail>;

/** Who may read a mail may use what it opens. */
const mayOpen: Partial<Record<DeskMailKind, Permission>> = {
  invitation: 'invitations.manage',
  passwordLink: 'members.manage',
};

export function deskRow(mail: Doc<'deskMails'>): OutboxRow {
  const { at, to, subject, kind, state, failure = null, channelId } = mail;
  return { at, to, subject, kind, state, failure, isLocal: channelId === undefined };
}

/** Null: not for this role. */
export async function openDeskMail(
  ctx: Reader,
  mail: Doc<'deskMails'>,
  role: Role,
): Promise<OpenedMail | null> {
  const { kind, channelId } = mail;
  const permission = mayOpen[kind];
  if (permission !== undefined && !isAllowed(role, permission)) return null;
  const channel = channelId === undefined ? null : await ctx.db.get(channelId);
  const from = channel?.mail?.address ?? '';
  const texts = await textsOf(mail);
  return { from, cc: [], ...(channelId === undefined ? texts : closed(texts)) };
}

export async function replyRow(ctx: Reader, mail: Doc<'mails'>): Promise<OutboxRow> {
  const row = await deliveryOf(ctx, mail.entryId);
  const state = row?.state ?? 'queued';
  return {
    at: mail._creationTime,
    to: mail.to.map(({ address }) => address).join(', '),
    subject: mail.subject,
    kind: 'reply',
    state,
    failure: row?.failure ?? null,
    isLocal: staysHere(mail, state),
  };
}

/** Null: it has not been rendered yet. */
export async function openReply(ctx: Reader, mail: Doc<'mails'>): Promise<OpenedMail | null> {
  const request = await requestOf(mail);
  if (request === null) return null;
  const { text = '', html = '' } = JSON.parse(request) as { text?: string; html?: string };
  const state = (await deliveryOf(ctx, mail.entryId))?.state ?? 'queued';
  const shown = staysHere(mail, state) ? { text, html } : closed({ text, html });
  return { from: mail.from.address, cc: mail.cc.map(({ address }) => address), ...shown };
}

/** What a provider took has an id of it, before anything says that it was sent. */
const staysHere = ({ providerId }: Doc<'mails'>, state: OutboxState) =>
  providerId === undefined && state === 'sent';

const closed = ({ text, html }: { text: string; html: string }) => ({
  text: withoutTokens(text),
  html: withoutTokens(html),
});
