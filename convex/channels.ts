/** The ways in that a team has connected. This deployment makes `web` channels; agents over HTTP need none. */
import { v } from 'convex/values';
import { appError } from './model/kit/errors';
import { operatorMutation, sharedQuery } from './functions';
import { loadAgentFor, loadChannelFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import { cleanName } from './model/kit/names';
import { newToken } from './model/kit/secrets';
import { vChannelKind } from './shared/conversation/channels';
import { maxOrigins, readOrigin } from './shared/setup/origins';

const maxChannels = 100;

export const list = sharedQuery('channels.read')({
  args: {},
  returns: v.array(
    v.object({
      _id: v.id('channels'),
      kind: vChannelKind,
      name: v.string(),
      agentId: v.id('agents'),
      agentName: v.string(),
      publicId: v.string(),
      active: v.boolean(),
      origins: v.array(v.string()),
    }),
  ),
  handler: async (ctx, { teamId }) => {
    const channels = await ctx.db
      .query('channels')
      .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
      .take(maxChannels);
    return Promise.all(
      channels.map(async ({ _id, kind, name, agentId, publicId, active, origins = [] }) => {
        const agent = await ctx.db.get(agentId);
        return { _id, kind, name, agentId, agentName: agent?.name ?? '', publicId, active, origins };
      }),
    );
  },
});

export const create = operatorMutation('channels.manage')({
  args: { name: v.string(), agentId: v.id('agents'), kind: v.optional(v.literal('web')) },
  returns: v.id('channels'),
  handler: async (ctx, { teamId, name, agentId }) => {
    await loadAgentFor(ctx, ctx.member, agentId);
    const existing = await ctx.db
      .query('channels')
      .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
      .take(maxChannels);
    if (existing.length === maxChannels) {
      throw appError('INVALID_INPUT', `A team has at most ${maxChannels} channels.`);
    }
    const fields = { teamId, kind: 'web' as const, name: cleanName(name, "The channel's name"), agentId };
    const channelId = await ctx.db.insert('channels', { ...fields, publicId: newToken(), active: true });
    await audit(ctx, { teamId, actor: ctx.member, action: 'channel.created', subject: channelId });
    return channelId;
  },
});

/** A channel that is not active lets nobody in; conversations that exist go on with the agent they have. */
export const update = operatorMutation('channels.manage')({
  args: {
    channelId: v.id('channels'),
    name: v.optional(v.string()),
    agentId: v.optional(v.id('agents')),
    active: v.optional(v.boolean()),
    /** Empty: every page may show the chat. */
    origins: v.optional(v.array(v.string())),
  },
  returns: v.null(),
  handler: async (ctx, { teamId, channelId, name, agentId, active, origins }) => {
    const channel = await loadChannelFor(ctx, ctx.member, channelId);
    if (agentId !== undefined) await loadAgentFor(ctx, ctx.member, agentId);
    await ctx.db.patch(channel._id, {
      name: name === undefined ? channel.name : cleanName(name, "The channel's name"),
      agentId: agentId ?? channel.agentId,
      active: active ?? channel.active,
      origins: origins === undefined ? channel.origins : cleanOrigins(origins),
    });
    const detail = active === undefined ? undefined : active ? 'opened' : 'closed';
    await audit(ctx, { teamId, actor: ctx.member, action: 'channel.updated', subject: channelId, detail });
    return null;
  },
});

function cleanOrigins(typed: string[]): string[] | undefined {
  if (typed.length > maxOrigins) {
    throw appError('INVALID_INPUT', `A chat is shown on at most ${maxOrigins} origins.`);
  }
  const origins = typed.map((each) => {
    const origin = readOrigin(each);
    if (origin === null)
      throw appError(
        'INVALID_INPUT',
        'A site is written like https://shop.example, without a path, one a line.',
      );
    return origin;
  });
  return origins.length === 0 ? undefined : [...new Set(origins)];
}
