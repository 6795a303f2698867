/** How a conversation goes on in a messenger (docs/rules.md M8: one thread throughout). The only writer of `chatThreads`. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { withCost } from '../../shared/whatsapp/costs';
import type { Pricing } from '../../shared/whatsapp/statuses';

type Reader = Pick<QueryCtx, 'db'>;
type ChatThread = Doc<'chatThreads'>;

/** Where answers of this conversation go on that channel. */
export function threadOf(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  channelId: Id<'channels'>,
): Promise<ChatThread | null> {
  return ctx.db
    .query('chatThreads')
    .withIndex('by_conversationId_and_channelId', (q) =>
      q.eq('conversationId', conversationId).eq('channelId', channelId),
    )
    .first();
}

/** Where what is written in this chat belongs. */
export function threadOfChat(
  ctx: Reader,
  channelId: Id<'channels'>,
  chat: string,
): Promise<ChatThread | null> {
  return ctx.db
    .query('chatThreads')
    .withIndex('by_channelId_and_chat', (q) => q.eq('channelId', channelId).eq('chat', chat))
    .unique();
}

/** Whether anybody has written there. */
export async function hasThreads(ctx: Reader, channelId: Id<'channels'>): Promise<boolean> {
  const first = await ctx.db
    .query('chatThreads')
    .withIndex('by_channelId_and_chat', (q) => q.eq('channelId', channelId))
    .first();
  return first !== null;
}

/** More channels than a conversation goes on by. */
const maxThreads = 50;

export function threadsOf(ctx: Reader, conversationId: Id<'conversations'>): Promise<ChatThread[]> {
  return ctx.db
    .query('chatThreads')
    .withIndex('by_conversationId_and_channelId', (q) => q.eq('conversationId', conversationId))
    .take(maxThreads);
}

/** One message more that its provider has priced. */
export async function countCost(
  ctx: MutationCtx,
  { _id, costs = [] }: ChatThread,
  pricing: Pricing,
): Promise<void> {
  await ctx.db.patch(_id, { costs: withCost(costs, pricing) });
}

export async function addThread(
  ctx: MutationCtx,
  thread: Omit<ChatThread, '_id' | '_creationTime'>,
): Promise<ChatThread> {
  const id = await ctx.db.insert('chatThreads', thread);
  return (await ctx.db.get(id))!;
}

export async function changeThread(
  ctx: MutationCtx,
  { _id }: ChatThread,
  change: Partial<Pick<ChatThread, 'chat' | 'topic' | 'lastReceivedAt' | 'lastSentAt' | 'conversationId'>>,
): Promise<void> {
  await ctx.db.patch(_id, change);
}
