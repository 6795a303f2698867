/** Conversations begin here; the rest of their life is in the thread, the control record and the tickets. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { type Case, type CaseCtx, getHead } from './case';
import type { ChannelKind } from '../../shared/conversation/channels';
import { type Attributes, mostAttributes } from '../../shared/agents/attributes';
import { oneLine, shortened } from '../../shared/kit/text';
import { withoutMarks } from '../../shared/whatsapp/markup';
import { appError } from '../kit/errors';

interface NewConversation {
  teamId: Id<'teams'>;
  customerId: Id<'customers'>;
  agentId: Id<'agents'>;
  channelId?: Id<'channels'>;
  channel: ChannelKind;
  subject?: string;
  externalId?: string;
  /** By the provider's clock, where it is known: [C13] what is said past Baton from then on counts, however late it is told. */
  since?: number | undefined;
}

/** [C1] A conversation with its control record (the agent holds, epoch 1) and an empty thread. */
export async function startConversation(
  ctx: CaseCtx,
  { subject = '', since = Infinity, ...fields }: NewConversation,
): Promise<Doc<'conversations'>> {
  const conversationId = await ctx.db.insert('conversations', { ...fields, subject });
  const now = Date.now();
  await ctx.db.insert('controls', {
    conversationId,
    teamId: fields.teamId,
    holder: 'agent',
    epoch: 1,
    since: Math.min(since, now),
  });
  await ctx.db.insert('threadHeads', {
    conversationId,
    lastSequence: 0,
    answeredThrough: 0,
    preview: '',
    previewAuthor: 'customer',
    customerChannel: fields.channel,
    lastMessageAt: now,
    presentTicketId: null,
  });
  return (await ctx.db.get(conversationId))!;
}

/**
 * Read marks only move forward, and never past the end: of many who have read the same, one writes. No case is opened: nothing
 * follows from a mark.
 */
export async function markReadThrough(
  ctx: MutationCtx,
  conversationId: Id<'conversations'>,
  by: 'customer' | 'team',
  through: number,
): Promise<void> {
  const head = await getHead(ctx, conversationId);
  const mark = by === 'customer' ? 'customerReadThrough' : 'teamReadThrough';
  const readThrough = Math.min(Math.trunc(through), head.lastSequence);
  if (!(readThrough > (head[mark] ?? 0))) return;
  await ctx.db.patch(head._id, { [mark]: readThrough });
}

const maxSubjectLength = 80;

/** A conversation that nobody named is called by what it was first handed over for. */
export function ensureSubject(opened: Case, text: string): void {
  const [first = ''] = text.trim().split('\n');
  const line = oneLine(opened.conversation.channel === 'whatsapp' ? withoutMarks(first) : first);
  if (opened.conversation.subject !== '' || line === '') return;
  opened.conversation = { ...opened.conversation, subject: shortened(line, maxSubjectLength) };
}

/** [P1] What its platform says of it now: each replaces what was said under its name before, and null takes it back. */
export function saysOfIt(opened: Case, said: Record<string, Attributes[string] | null>): void {
  const before = opened.conversation.attributes ?? {};
  const merged = Object.entries({ ...before, ...said }).filter(([, value]) => value !== null);
  if (merged.length > mostAttributes.count) {
    throw appError('INVALID_INPUT', `A conversation has at most ${mostAttributes.count} attributes.`);
  }
  const attributes = Object.fromEntries(merged) as Attributes;
  if (JSON.stringify(attributes) === JSON.stringify(before)) return;
  opened.conversation = { ...opened.conversation, attributes };
}
