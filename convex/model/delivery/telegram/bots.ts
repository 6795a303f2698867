/** A bot, connected to a channel (docs/rules.md R3): its token is kept sealed, and it is one channel's. */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../../_generated/dataModel';
import type { MutationCtx } from '../../../_generated/server';
import { listChannels, listChannelsOn } from '../../kit/channels';
import { appError } from '../../kit/errors';
import { reopenAccount } from '../account';
import { accountOfKey, hasSecret, readSecret, setSecret } from '../channelSecrets';
import { setConnection } from '../channels';

export const vBot = v.object({ id: v.string(), username: v.string(), name: v.string() });

/** What was refused under an old token is tried at once under a new one. */
export async function connectBot(
  ctx: MutationCtx,
  channel: Doc<'channels'>,
  { token, bot }: { token: string; bot: Infer<typeof vBot> },
): Promise<void> {
  const { _id: channelId, telegram } = channel;
  const account = await accountOfKey(token);
  await requireFree(ctx, channel, bot.id, account);
  // Its customers are known by ids that are the former bot's, and its chats are not this one's.
  if (telegram !== undefined && telegram.botId !== bot.id) {
    throw appError(
      'INVALID_INPUT',
      `This channel is @${telegram.username}. Another bot is connected as a channel of its own.`,
    );
  }
  await setConnection(ctx, channelId, { telegram: { botId: bot.id, username: bot.username }, account });
  await setSecret(ctx, channelId, 'botToken', token);
  await reopenAccount(ctx, account);
}

async function requireFree(
  ctx: MutationCtx,
  { _id, teamId }: Doc<'channels'>,
  botId: string,
  account: string,
): Promise<void> {
  const ofTeam = (await listChannels(ctx, teamId)).filter(({ telegram }) => telegram?.botId === botId);
  const others = [...ofTeam, ...(await listChannelsOn(ctx, account))].filter((each) => each._id !== _id);
  const [other] = others;
  if (other === undefined) return;
  const by = other.teamId === teamId ? `as “${other.name}”` : 'by another team of this desk';
  throw appError('INVALID_INPUT', `This bot is connected ${by} already.`);
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
