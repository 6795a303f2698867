/**
 * Connecting a bot, live (docs/rules.md M1, M7; core.telegram.org/bots/api, getMe, setWebhook, getWebhookInfo): whether its token
 * works, and that Telegram tells this desk what happens to it. It may be done any time, and changes nothing that is in order.
 */
import { type Infer, v } from 'convex/values';
import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { type ActionCtx, internalMutation, internalQuery, requireMember } from '../../functions';
import { readSecret } from '../../model/delivery/channelSecrets';
import { addChannel, changeChannel } from '../../model/delivery/channels';
import { connectBot, disconnectBot, keepWebhookSecret, vBot } from '../../model/delivery/telegram/bots';
import { loadAgentFor, loadChannelFor } from '../../model/kit/access';
import { audit } from '../../model/kit/audit';
import { appError } from '../../model/kit/errors';
import { newToken } from '../../model/kit/secrets';
import type { TelegramCheck } from '../../shared/delivery/connection';
import { telegramPath } from '../../shared/delivery/connection';
import { allowedUpdates } from '../../shared/delivery/telegramUpdates';
import { isOnlyHere } from '../provider';
import { type Answer, botUrl, callBot } from './botApi';

interface Of {
  teamId: Id<'teams'>;
  channelId?: Id<'channels'> | undefined;
}

const zToken = /^[0-9]{5,20}:[A-Za-z0-9_-]{20,80}$/;

interface Me {
  id: number;
  is_bot: boolean;
  first_name: string;
  username?: string;
}

/** Asks Telegram who the bot is, keeps it, and has its updates come here. */
export async function connectTelegram(
  ctx: ActionCtx,
  { token: typed, ...of }: Of & { agentId: Id<'agents'>; token: string },
): Promise<{ channelId: Id<'channels'>; check: TelegramCheck; wasOthers: boolean }> {
  await ctx.runQuery(internal.delivery.telegram.connecting.mayConnect, of);
  const token = typed.trim();
  if (!zToken.test(token)) {
    throw appError('INVALID_INPUT', 'This is no token of a bot: BotFather writes it as 123456789:AA….');
  }
  const me = await callBot<Me>(token, 'getMe');
  if (!me.ok) throw appError('INVALID_INPUT', whyNot(me));
  const { id, first_name: name, username = '' } = me.result;
  const bot = { id: String(id), username, name };
  const kept = await ctx.runMutation(internal.delivery.telegram.connecting.keep, { ...of, token, bot });
  const { wasOthers, ...at } = kept;
  return { channelId: at.channelId, check: await listen(ctx, { ...of, ...at, token }), wasOthers };
}

const whyNot = ({ code, description }: Answer<unknown> & { ok: false }): string =>
  code === 401 || code === 404
    ? 'Telegram does not know this token. Copy it from BotFather again: /mybots, the bot, API Token.'
    : `Telegram could not be asked: ${description}`;

/** Before anything is looked at: who may, and to what. */
export const mayConnect = internalQuery({
  args: { teamId: v.id('teams'), channelId: v.optional(v.id('channels')), agentId: v.id('agents') },
  returns: v.null(),
  handler: async (ctx, { teamId, channelId, agentId }) => {
    const member = await requireMember(ctx, teamId, 'channels.manage');
    await loadAgentFor(ctx, member, agentId);
    if (channelId !== undefined) requireBot(await loadChannelFor(ctx, member, channelId));
    return null;
  },
});

function requireBot<Channel extends { kind: string }>(channel: Channel): Channel {
  if (channel.kind !== 'telegram') throw appError('INVALID_INPUT', 'This channel is no bot.');
  return channel;
}

export const keep = internalMutation({
  args: {
    teamId: v.id('teams'),
    channelId: v.optional(v.id('channels')),
    agentId: v.id('agents'),
    token: v.string(),
    bot: vBot,
  },
  returns: v.object({ channelId: v.id('channels'), endpoint: v.string(), wasOthers: v.boolean() }),
  handler: async (ctx, { teamId, channelId: known, agentId, token, bot }) => {
    const member = await requireMember(ctx, teamId, 'channels.manage');
    await loadAgentFor(ctx, member, agentId);
    const name = bot.name || bot.username;
    const channelId = known ?? (await addChannel(ctx, member, { kind: 'telegram', name, agentId }));
    const channel = requireBot(await loadChannelFor(ctx, member, channelId));
    const wasOthers = await connectBot(ctx, channel, { token, bot });
    await changeChannel(ctx, channelId, { agentId, active: true });
    if (known !== undefined)
      await audit(ctx, { teamId, actor: member, action: 'channel.updated', subject: channelId });
    return { channelId, endpoint: endpointOf(channel.publicId), wasOthers };
  },
});

const endpointOf = (publicId: string) => `${process.env.CONVEX_SITE_URL}${telegramPath}${publicId}`;

const vConnected = v.object({
  token: v.union(v.string(), v.null()),
  endpoint: v.string(),
});

/** What a check or the end of it begins with; that it was done stands in the log. */
export const begin = internalMutation({
  args: { teamId: v.id('teams'), channelId: v.id('channels') },
  returns: vConnected,
  handler: async (ctx, { teamId, channelId }) => {
    const member = await requireMember(ctx, teamId, 'channels.manage');
    const { publicId } = requireBot(await loadChannelFor(ctx, member, channelId));
    await audit(ctx, { teamId, actor: member, action: 'channel.checked', subject: channelId });
    return { token: (await readSecret(ctx, channelId, 'botToken')) ?? null, endpoint: endpointOf(publicId) };
  },
});

const nothing = { pending: 0, said: null, lastFailure: null, lastFailureAt: null };

export async function checkTelegram(
  ctx: ActionCtx,
  of: { teamId: Id<'teams'>; channelId: Id<'channels'> },
): Promise<TelegramCheck> {
  const { token, endpoint }: Infer<typeof vConnected> = await ctx.runMutation(
    internal.delivery.telegram.connecting.begin,
    of,
  );
  if (token === null) return { bot: 'none', webhook: 'unknown', ...nothing };
  const me = await callBot<Me>(token, 'getMe');
  if (!me.ok) {
    const isRefused = me.code === 401 || me.code === 404;
    const bot = isRefused ? ('refused' as const) : ('unreachable' as const);
    return { ...nothing, bot, webhook: 'unknown', said: me.description };
  }
  return listen(ctx, { ...of, token, endpoint });
}

interface WebhookInfo {
  url: string;
  pending_update_count?: number;
  last_error_date?: number;
  last_error_message?: string;
}

/** Its updates come here: asked for anew, with a secret of its own, unless they do already. */
async function listen(
  ctx: ActionCtx,
  { channelId, token, endpoint }: { channelId: Id<'channels'>; token: string; endpoint: string },
): Promise<TelegramCheck> {
  if (isOnlyHere(endpoint, botUrl())) return { bot: 'works', webhook: 'local', ...nothing };
  const failed = (said: string): TelegramCheck => ({ ...nothing, bot: 'works', webhook: 'failed', said });
  const before = await callBot<WebhookInfo>(token, 'getWebhookInfo');
  if (!before.ok) return failed(before.description);
  const secret = newToken();
  const hasOwn: boolean = await ctx.runMutation(internal.delivery.telegram.connecting.offer, {
    channelId,
    token,
    isListening: before.result.url === endpoint,
    secret,
  });
  if (!hasOwn) {
    const set = await callBot<boolean>(token, 'setWebhook', {
      url: endpoint,
      secret_token: secret,
      allowed_updates: allowedUpdates,
    });
    if (!set.ok) return failed(set.description);
  }
  const { pending_update_count: pending = 0, last_error_message: lastFailure = null } = before.result;
  const { last_error_date: at } = before.result;
  const lastFailureAt = at === undefined ? null : at * 1_000;
  return { bot: 'works', webhook: 'listens', pending, said: null, lastFailure, lastFailureAt };
}

/** True where it has a secret that Telegram was given; else this one is kept before Telegram is, so that no update is refused. */
export const offer = internalMutation({
  args: { channelId: v.id('channels'), token: v.string(), isListening: v.boolean(), secret: v.string() },
  returns: v.boolean(),
  handler: (ctx, asked) => keepWebhookSecret(ctx, asked),
});

/** Nothing comes in by it or leaves by it any more. Where Telegram cannot be asked, what it tells from now on is refused. */
export async function disconnectTelegram(
  ctx: ActionCtx,
  of: { teamId: Id<'teams'>; channelId: Id<'channels'> },
): Promise<void> {
  const token: string | null = await ctx.runMutation(internal.delivery.telegram.connecting.end, of);
  if (token !== null) await callBot(token, 'deleteWebhook');
}

/** Returns the token that it had. */
export const end = internalMutation({
  args: { teamId: v.id('teams'), channelId: v.id('channels') },
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, { teamId, channelId }) => {
    const member = await requireMember(ctx, teamId, 'channels.manage');
    const channel = requireBot(await loadChannelFor(ctx, member, channelId));
    const token = (await readSecret(ctx, channelId, 'botToken')) ?? null;
    await disconnectBot(ctx, channel);
    await changeChannel(ctx, channelId, { active: false });
    await audit(ctx, {
      teamId,
      actor: member,
      action: 'channel.updated',
      subject: channelId,
      detail: 'closed',
    });
    return token;
  },
});
