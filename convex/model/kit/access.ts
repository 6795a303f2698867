/**
 * The only gate to protected documents (docs/rules.md R2): each loader takes the caller, or the team a read key opened, and answers NOT_FOUND alike for
 * what does not exist and for what belongs to another team. Handlers never `db.get` an id that came as an argument.
 */
import type { Doc, Id, TableNames } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { appError } from './errors';

type Reader = Pick<QueryCtx, 'db'>;
type Caller = Pick<Doc<'members'>, 'teamId'>;
type TeamTable = {
  [Table in TableNames]: Doc<Table> extends { teamId: Id<'teams'> } ? Table : never;
}[TableNames];

async function loadForTeam<Table extends TeamTable>(
  ctx: Reader,
  member: Caller,
  id: Id<Table>,
  what: string,
): Promise<Doc<Table>> {
  const doc = await ctx.db.get(id);
  if (doc === null || (doc as unknown as Caller).teamId !== member.teamId) throw notFound(what);
  return doc;
}

export function notFound(what: string) {
  return appError('NOT_FOUND', `No such ${what}.`);
}

export const loadTicketFor = (ctx: Reader, member: Caller, id: Id<'tickets'>) =>
  loadForTeam(ctx, member, id, 'ticket');

export const loadConversationFor = (ctx: Reader, member: Caller, id: Id<'conversations'>) =>
  loadForTeam(ctx, member, id, 'conversation');

export const loadCustomerFor = (ctx: Reader, member: Caller, id: Id<'customers'>) =>
  loadForTeam(ctx, member, id, 'customer');

export const loadCustomerFieldFor = (ctx: Reader, member: Caller, id: Id<'customerFields'>) =>
  loadForTeam(ctx, member, id, 'field');

export const loadEntryFor = (ctx: Reader, member: Caller, id: Id<'entries'>) =>
  loadForTeam(ctx, member, id, 'entry');

export const loadAttachmentFor = (ctx: Reader, member: Caller, id: Id<'attachments'>) =>
  loadForTeam(ctx, member, id, 'attachment');

export const loadAgentFor = (ctx: Reader, member: Caller, id: Id<'agents'>) =>
  loadForTeam(ctx, member, id, 'agent');

export const loadAgentKeyFor = (ctx: Reader, member: Caller, id: Id<'agentKeys'>) =>
  loadForTeam(ctx, member, id, 'key');

export const loadWebhookEndpointFor = (ctx: Reader, member: Caller, id: Id<'webhookEndpoints'>) =>
  loadForTeam(ctx, member, id, 'endpoint');

export const loadWebhookEventFor = (ctx: Reader, member: Caller, id: Id<'webhookEvents'>) =>
  loadForTeam(ctx, member, id, 'event');

export const loadSavedViewFor = (ctx: Reader, member: Caller, id: Id<'savedViews'>) =>
  loadForTeam(ctx, member, id, 'view');

export const loadHandoverRuleFor = (ctx: Reader, member: Caller, id: Id<'handoverRules'>) =>
  loadForTeam(ctx, member, id, 'rule');

export const loadArticleFor = (ctx: Reader, member: Caller, id: Id<'articles'>) =>
  loadForTeam(ctx, member, id, 'article');

export const loadChannelFor = (ctx: Reader, member: Caller, id: Id<'channels'>) =>
  loadForTeam(ctx, member, id, 'channel');

export const loadIdentitySecretFor = (ctx: Reader, member: Caller, id: Id<'identitySecrets'>) =>
  loadForTeam(ctx, member, id, 'secret');

export const loadInboundEventFor = (ctx: Reader, member: Caller, id: Id<'inboundEvents'>) =>
  loadForTeam(ctx, member, id, 'event');

export const loadDeskMailFor = (ctx: Reader, member: Caller, id: Id<'deskMails'>) =>
  loadForTeam(ctx, member, id, 'mail');

export const loadMailFor = (ctx: Reader, member: Caller, id: Id<'mails'>) =>
  loadForTeam(ctx, member, id, 'mail');

export const loadInvitationFor = (ctx: Reader, member: Caller, id: Id<'invitations'>) =>
  loadForTeam(ctx, member, id, 'invitation');

/** A member who still belongs to the team; a removed one is not found. */
export async function loadMemberFor(
  ctx: Reader,
  member: Caller,
  id: Id<'members'>,
  { orRemoved = false } = {},
): Promise<Doc<'members'>> {
  const found = await loadForTeam(ctx, member, id, 'member');
  if (found.removedAt !== undefined && !orRemoved) throw notFound('member');
  return found;
}
