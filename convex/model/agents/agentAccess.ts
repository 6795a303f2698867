/**
 * The only gate for outside agents (docs/rules.md P5): a key leads to one agent, an agent to its own conversations and
 * tickets. What is not its own does not exist for it. Checked inside every transaction, so a key revoked a moment ago
 * does nothing any more.
 */
import type { Doc } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import { notFound } from '../kit/access';
import { findKeyHolder, type KeyHolder } from './agentKeys';

type Reader = Pick<QueryCtx, 'db'>;

/** One answer for missing, unknown and revoked keys. */
export function unknownKey() {
  return appError('NOT_SIGNED_IN', 'Send a valid agent key: Authorization: Bearer baton_live_…');
}

export async function requireKeyHolder(ctx: Reader, keyHash: string): Promise<KeyHolder> {
  const holder = await findKeyHolder(ctx, keyHash);
  if (holder === null) throw unknownKey();
  return holder;
}

export async function loadConversationForAgent(
  ctx: Reader,
  agent: Doc<'agents'>,
  id: string,
): Promise<Doc<'conversations'>> {
  const conversationId = ctx.db.normalizeId('conversations', id);
  const conversation = conversationId === null ? null : await ctx.db.get(conversationId);
  if (conversation === null || conversation.agentId !== agent._id) throw notFound('conversation');
  return conversation;
}

export async function loadTicketForAgent(
  ctx: Reader,
  agent: Doc<'agents'>,
  number: number,
): Promise<Doc<'tickets'>> {
  const ticket = await ctx.db
    .query('tickets')
    .withIndex('by_teamId_and_number', (q) => q.eq('teamId', agent.teamId).eq('number', number))
    .unique();
  if (ticket === null || ticket.agentId !== agent._id) throw notFound('ticket');
  return ticket;
}
