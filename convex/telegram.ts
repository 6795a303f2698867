/** Bots of Telegram: connected, looked at, and where a conversation goes on with one. */
import { v } from 'convex/values';
import { checkTelegram, connectTelegram, disconnectTelegram } from './delivery/telegram/connecting';
import { operatorAction, operatorMutation } from './functions';
import { startLink } from './model/delivery/telegram/links';
import { loadConversationFor } from './model/kit/access';
import { type TelegramCheck, vTelegramCheck } from './shared/delivery/connection';

/**
 * A bot, connected, or given a new token where `channelId` names one. Telegram is asked who it is, and to tell this desk what
 * happens to it. `wasOthers`: another team of this desk had it under a former token, and is told. INVALID_INPUT says why it could not be.
 */
export const connect = operatorAction(
  'channels.manage',
  'checksOfTeam',
)({
  args: { channelId: v.optional(v.id('channels')), agentId: v.id('agents'), token: v.string() },
  returns: v.object({ channelId: v.id('channels'), check: vTelegramCheck, wasOthers: v.boolean() }),
  handler: (ctx, { teamId, channelId, agentId, token }): ReturnType<typeof connectTelegram> =>
    connectTelegram(ctx, { teamId, channelId, agentId, token }),
});

/** Asks Telegram, live: whether the token works, and whether it tells this desk; asks it to where it does not. */
export const check = operatorAction(
  'channels.manage',
  'checksOfTeam',
)({
  args: { channelId: v.id('channels') },
  returns: vTelegramCheck,
  handler: (ctx, { teamId, channelId }): Promise<TelegramCheck> => checkTelegram(ctx, { teamId, channelId }),
});

/** Its token goes. Conversations stay; what the desk would say in them waits until the bot is connected again. */
export const disconnect = operatorAction(
  'channels.manage',
  'checksOfTeam',
)({
  args: { channelId: v.id('channels') },
  returns: v.null(),
  handler: async (ctx, { teamId, channelId }): Promise<null> => {
    await disconnectTelegram(ctx, { teamId, channelId });
    return null;
  },
});

/** [M8] By it this conversation goes on there, for an hour and one person. Null: no bot is connected. */
export const link = operatorMutation('ticket.work')({
  args: { conversationId: v.id('conversations') },
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, { conversationId }) =>
    startLink(ctx, await loadConversationFor(ctx, ctx.member, conversationId)),
});
