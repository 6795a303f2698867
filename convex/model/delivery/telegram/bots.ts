/** A bot, connected to a channel (docs/rules.md R3): its token is kept sealed, and it is one channel's. */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../../_generated/dataModel';
import type { MutationCtx } from '../../../_generated/server';
import { listChannels, listChannelsOn } from '../../kit/channels';
import { audit } from '../../kit/audit';
import { appError } from '../../kit/errors';
import { reopenAccount } from '../account';
import { accountOfKey, hasSecret, readSecret, setSecret } from '../channelSecrets';
import { setConnection } from '../channels';
import { pauseFor } from '../troubles';

export const vBot = v.object({ id: v.string(), username: v.string(), name: v.string() });

/**
 * What was refused under an old token is tried at once under a new one. Returns whether another team of this desk had the bot: of a
 * bot only the newest token works, so whoever has it is given the bot, and that team is told.
 */
export async function connectBot(
  ctx: MutationCtx,
  channel: Doc<'channels'>,
  { token, bot }: { token: string; bot: Infer<typeof vBot> },
): Promise<boolean> {
  const { _id: channelId, telegram } = channel;
  // Its customers are known by ids that are the former bot's, and its chats are not this one's.
  if (telegram !== undefined && telegram.botId !== bot.id) {
    throw appError(
      'INVALID_INPUT',
      `This channel is @${telegram.username}. Another bot is connected as a channel of its own.`,
    );
  }
  // By the bot, whatever its token is now.
  const account = await accountOfKey(`telegram ${bot.id}`);
  const former = await formerOf(ctx, channel, { botId: bot.id, account, token });
  for (const each of former) await giveUp(ctx, each);
  await setConnection(ctx, channelId, { telegram: { botId: bot.id, username: bot.username }, account });
  await setSecret(ctx, channelId, 'botToken', token);
  await reopenAccount(ctx, account);
  return former.length > 0;
}

/** Channels of other teams that have the bot under a token of before; a bot that is somebody's under this one is refused. */
async function formerOf(
  ctx: MutationCtx,
  { _id, teamId }: Doc<'channels'>,
  { botId, account, token }: { botId: string; account: string; token: string },
): Promise<Doc<'channels'>[]> {
  const refuse = (by: string) => appError('INVALID_INPUT', `This bot is connected ${by} already.`);
  const ofTeam = await listChannels(ctx, teamId);
  const twin = ofTeam.find((each) => each._id !== _id && each.telegram?.botId === botId);
  if (twin !== undefined) throw refuse(`as “${twin.name}”`);
  const others = (await listChannelsOn(ctx, account)).filter((each) => each.teamId !== teamId);
  for (const { _id: other } of others)
    if ((await readSecret(ctx, other, 'botToken')) === token) throw refuse('by another team of this desk');
  return others;
}

async function giveUp(ctx: MutationCtx, channel: Doc<'channels'>): Promise<void> {
  const { _id: subject, teamId, telegram } = channel;
  await disconnectBot(ctx, channel);
  await audit(ctx, { teamId, action: 'channel.updated', subject, detail: 'another team has its bot' });
  await pauseFor(
    ctx,
    channel,
    `Another team of this desk has connected @${telegram?.username} with a newer token. Connect it again with the token that BotFather shows now.`,
  );
}

/** What was under way when it was given a new one is still taken (channelSecrets.ts). */
export async function keepWebhookSecret(
  ctx: MutationCtx,
  {
    channelId,
    token,
    isListening,
    secret,
  }: { channelId: Id<'channels'>; token: string; isListening: boolean; secret: string },
): Promise<boolean> {
  // Changed meanwhile: whoever did that has it told anew.
  if ((await readSecret(ctx, channelId, 'botToken')) !== token) return true;
  if (isListening && (await hasSecret(ctx, channelId, 'webhookSecret'))) return true;
  await setSecret(ctx, channelId, 'webhookSecret', secret);
  return false;
}

export async function disconnectBot(ctx: MutationCtx, { _id: channelId }: Doc<'channels'>): Promise<void> {
  await setSecret(ctx, channelId, 'botToken', '');
  await setSecret(ctx, channelId, 'webhookSecret', '');
  await setConnection(ctx, channelId, { account: undefined });
}
