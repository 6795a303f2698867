/** Numbers of WhatsApp: connected, checked, and what conversations there may be written and have cost (docs/rules.md M7). */
import { v } from 'convex/values';
import { checkNumber } from './delivery/whatsapp/connecting';
import { operatorAction, operatorMutation, sharedQuery } from './functions';
import { loadAgentFor, loadChannelFor, loadConversationFor } from './model/kit/access';
import { addChannel, changeChannel } from './model/delivery/channels';
import { audit } from './model/kit/audit';
import { connectWhatsapp, newVerifyToken as makeVerifyToken } from './model/delivery/whatsapp/connecting';
import { listTemplates } from './model/delivery/whatsapp/templates';
import { readWhatsapp, vWhatsappOfConversation } from './model/delivery/whatsapp/views';
import { vNumberCheck } from './shared/whatsapp/checks';
import { vTemplate } from './shared/whatsapp/templates';

/**
 * A number: connected, or changed where `channelId` names one. Secrets are kept sealed and never shown again; one that is not given
 * stays. `verifyToken`: what Meta is given beside the callback address, told this once; null: it is as it was.
 */
export const connect = operatorMutation('channels.manage')({
  args: {
    channelId: v.optional(v.id('channels')),
    name: v.string(),
    agentId: v.id('agents'),
    phoneNumberId: v.string(),
    businessId: v.string(),
    accessToken: v.optional(v.string()),
    appSecret: v.optional(v.string()),
  },
  returns: v.object({ channelId: v.id('channels'), verifyToken: v.union(v.string(), v.null()) }),
  handler: async (ctx, { teamId, channelId: known, name, agentId, ...connection }) => {
    await loadAgentFor(ctx, ctx.member, agentId);
    if (known !== undefined) await loadChannelFor(ctx, ctx.member, known);
    const channelId = known ?? (await addChannel(ctx, ctx.member, { kind: 'whatsapp', name, agentId }));
    const channel = await loadChannelFor(ctx, ctx.member, channelId);
    if (known !== undefined) {
      await changeChannel(ctx, channelId, { name, agentId });
      const action = 'channel.updated' as const;
      await audit(ctx, { teamId, actor: ctx.member, action, subject: channelId });
    }
    await connectWhatsapp(ctx, channel, connection);
    return { channelId, verifyToken: known === undefined ? await makeVerifyToken(ctx, channelId) : null };
  },
});

/** Whoever has lost the one before: that works no more. */
export const newVerifyToken = operatorMutation('channels.manage')({
  args: { channelId: v.id('channels') },
  returns: v.string(),
  handler: async (ctx, { teamId, channelId }) => {
    const channel = await loadChannelFor(ctx, ctx.member, channelId);
    await audit(ctx, { teamId, actor: ctx.member, action: 'channel.updated', subject: channelId });
    return makeVerifyToken(ctx, channel._id);
  },
});

/** Asks WhatsApp, live: whether the token may use the number, makes its account tell this app, and reads the templates anew. */
export const check = operatorAction(
  'channels.manage',
  'checksOfTeam',
)({
  args: { channelId: v.id('channels') },
  returns: vNumberCheck,
  handler: (ctx, { teamId, channelId }) => checkNumber(ctx, { teamId, channelId }),
});

/** Those of a number, as WhatsApp last listed them. */
export const templates = sharedQuery('channels.read')({
  args: { channelId: v.id('channels') },
  returns: v.array(vTemplate),
  handler: async (ctx, { teamId, channelId }) => {
    const channel = await loadChannelFor(ctx, { teamId }, channelId);
    return (await listTemplates(ctx, channel._id)).map(({ template }) => template);
  },
});

/** What may be written to its customer on WhatsApp, and what it has cost; null: they have never written there. */
export const ofConversation = sharedQuery('ticket.read')({
  args: { conversationId: v.id('conversations') },
  returns: v.union(vWhatsappOfConversation, v.null()),
  handler: async (ctx, { teamId, conversationId }) =>
    readWhatsapp(ctx, await loadConversationFor(ctx, { teamId }, conversationId)),
});
