/** The ways in that a team has connected: chats on the web and addresses of mail. Agents over HTTP need none. */
import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import type { Doc } from './_generated/dataModel';
import { appError } from './model/kit/errors';
import { checkConnection } from './delivery/mail/connecting';
import { operatorAction, operatorMutation, operatorQuery, sharedQuery } from './functions';
import { loadAgentFor, loadChannelFor, loadInboundEventFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import { listChannels } from './model/kit/channels';
import { pageOf } from './model/kit/pages';
import { listEvents, listTriedAgain, retryEvent as retry } from './model/delivery/inboundEvents';
import { sendTest } from './model/delivery/mail/testMails';
import { addChannel, changeChannel, checkMailSettings, connectMail } from './model/delivery/channels';
import { mailHealth, vMailHealth } from './model/delivery/health';
import { type ConnectionCheck, vConnectionCheck } from './shared/delivery/connection';
import { vAutomaticMail } from './shared/delivery/mails';
import { vTelegramSettings, vWhatsAppSettings } from './shared/delivery/chatSettings';
import { checkedLook, type Look, vLook } from './shared/customer/look';
import { vMailSettings } from './shared/delivery/mailSettings';
import { vChannelKind } from './shared/conversation/channels';
import { maxOrigins, readOrigin } from './shared/setup/origins';

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
      /** Of a chat. */
      look: vLook,
      /** Of a web chat: the page is shown of customers who have agreed. */
      showsPage: v.boolean(),
      /** Of an address. */
      mail: v.union(vMailSettings, v.null()),
      /** Of a bot. */
      telegram: v.union(vTelegramSettings, v.null()),
      /** Of a number. */
      whatsapp: v.union(vWhatsAppSettings, v.null()),
      /** Its provider has closed it. */
      trouble: v.union(v.object({ said: v.string(), at: v.number() }), v.null()),
    }),
  ),
  handler: async (ctx, { teamId }) => {
    const channels = await listChannels(ctx, teamId);
    return Promise.all(
      channels.map(async ({ _id, kind, name, agentId, publicId, active, origins = [], ...settings }) => {
        const agent = await ctx.db.get(agentId);
        const {
          look = {},
          mail = null,
          telegram = null,
          whatsapp = null,
          trouble = null,
          showsPage = false,
        } = settings;
        const about = { _id, kind, name, agentId, agentName: agent?.name ?? '', publicId, active };
        return { ...about, origins, look, showsPage, mail, telegram, whatsapp, trouble };
      }),
    );
  },
});

/** A chat on the web. */
export const create = operatorMutation('channels.manage')({
  args: { name: v.string(), agentId: v.id('agents'), kind: v.optional(v.literal('web')) },
  returns: v.id('channels'),
  handler: async (ctx, { name, agentId }) => {
    await loadAgentFor(ctx, ctx.member, agentId);
    return addChannel(ctx, ctx.member, { kind: 'web', name, agentId });
  },
});

/**
 * An address: connected, or changed where `channelId` names one. Secrets are kept sealed and never shown again; one that is not
 * given stays, an empty one goes. Without a key nothing leaves the desk: mails are read in the local outbox.
 */
export const connectAddress = operatorMutation('channels.manage')({
  args: {
    channelId: v.optional(v.id('channels')),
    name: v.string(),
    agentId: v.id('agents'),
    mail: vMailSettings,
    apiKey: v.optional(v.string()),
    webhookSecret: v.optional(v.string()),
  },
  returns: v.id('channels'),
  handler: async (ctx, { teamId, channelId: known, name, agentId, mail, apiKey, webhookSecret }) => {
    await loadAgentFor(ctx, ctx.member, agentId);
    if (known !== undefined) await loadChannelFor(ctx, ctx.member, known);
    const settings = checkMailSettings(mail);
    const channelId = known ?? (await addChannel(ctx, ctx.member, { kind: 'email', name, agentId }));
    const channel = await loadChannelFor(ctx, ctx.member, channelId);
    if (channel.kind !== 'email') throw appError('INVALID_INPUT', 'This channel is no address.');
    if (known !== undefined) {
      await changeChannel(ctx, channelId, { name, agentId });
      const action = 'channel.updated' as const;
      await audit(ctx, { teamId, actor: ctx.member, action, subject: channelId });
    }
    await connectMail(ctx, channel, { settings, apiKey, webhookSecret });
    return channelId;
  },
});

/** Asks the provider, live: whether the key works, what it found of the DNS records; makes the webhook where it is missing. */
export const checkAddress = operatorAction(
  'channels.manage',
  'checksOfTeam',
)({
  args: { channelId: v.id('channels') },
  returns: vConnectionCheck,
  handler: (ctx, { teamId, channelId }): Promise<ConnectionCheck> =>
    checkConnection(ctx, { teamId, channelId }),
});

/** A mail from the address to where its answers come in: `health` tells when it has arrived. */
export const sendTestMail = operatorMutation('channels.manage')({
  args: { channelId: v.id('channels') },
  returns: v.null(),
  handler: async (ctx, { teamId, channelId }) => {
    const channel = await loadChannelFor(ctx, ctx.member, channelId);
    await sendTest(ctx, channel);
    await audit(ctx, { teamId, actor: ctx.member, action: 'channel.tested', subject: channelId });
    return null;
  },
});

const vFailedEvent = v.object({
  _id: v.id('inboundEvents'),
  at: v.number(),
  type: v.string(),
  failure: v.string(),
  attempts: v.number(),
});

function failedEvent({ _id, receivedAt: at, type, failure = '', attempts }: Doc<'inboundEvents'>) {
  return { _id, at, type, failure, attempts };
}

/** [M1] What the provider told and nobody could make sense of within an hour, newest first. */
export const failedEvents = operatorQuery('channels.manage')({
  args: { channelId: v.id('channels'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(vFailedEvent),
  handler: async (ctx, { channelId, paginationOpts }) => {
    await loadChannelFor(ctx, ctx.member, channelId);
    const found = await listEvents(ctx, channelId, 'failed').paginate(pageOf(paginationOpts));
    return { ...found, page: found.page.map(failedEvent) };
  },
});

/** [M1] What was tried in vain and waits for its next try within the hour, newest first. */
export const eventsTriedAgain = operatorQuery('channels.manage')({
  args: { channelId: v.id('channels') },
  returns: v.array(v.object({ ...vFailedEvent.fields, nextTryAt: v.number() })),
  handler: async (ctx, { channelId }) => {
    await loadChannelFor(ctx, ctx.member, channelId);
    const waiting = await listTriedAgain(ctx, channelId);
    return waiting.map((event) => ({ ...failedEvent(event), nextTryAt: event.nextTryAt }));
  },
});

/** [M4] Mails of the last 30 days that no person wrote and that belong to no conversation, newest first. */
export const automaticMails = operatorQuery('channels.manage')({
  args: { channelId: v.id('channels'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(
    v.object({ _id: v.id('inboundEvents'), at: v.number(), ...vAutomaticMail.fields }),
  ),
  handler: async (ctx, { channelId, paginationOpts }) => {
    await loadChannelFor(ctx, ctx.member, channelId);
    const found = await listEvents(ctx, channelId, 'automatic').paginate(pageOf(paginationOpts));
    const page = found.page.map(({ _id, receivedAt: at, automatic }) => ({ _id, at, ...automatic! }));
    return { ...found, page };
  },
});

/** Where it has not failed, nothing happens. */
export const retryEvent = operatorMutation('channels.manage')({
  args: { eventId: v.id('inboundEvents') },
  returns: v.null(),
  handler: async (ctx, { teamId, eventId }) => {
    const event = await loadInboundEventFor(ctx, ctx.member, eventId);
    await retry(ctx, event);
    const { channelId: subject } = event;
    await audit(ctx, { teamId, actor: ctx.member, action: 'channel.eventTriedAgain', subject });
    return null;
  },
});

/** How an address is doing. */
export const health = sharedQuery('channels.read')({
  args: { channelId: v.id('channels') },
  returns: vMailHealth,
  handler: async (ctx, { teamId, channelId }) =>
    mailHealth(ctx, await loadChannelFor(ctx, { teamId }, channelId)),
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
    /** The whole of it. */
    look: v.optional(vLook),
    showsPage: v.optional(v.boolean()),
  },
  returns: v.null(),
  handler: async (ctx, { teamId, channelId, name, agentId, active, origins, look, showsPage }) => {
    const channel = await loadChannelFor(ctx, ctx.member, channelId);
    if (agentId !== undefined) await loadAgentFor(ctx, ctx.member, agentId);
    await changeChannel(ctx, channelId, {
      name: name ?? channel.name,
      agentId: agentId ?? channel.agentId,
      active: active ?? channel.active,
      origins: origins === undefined ? channel.origins : cleanOrigins(origins),
      look: look === undefined ? channel.look : cleanLook(look),
      showsPage: showsPage ?? channel.showsPage,
    });
    const detail = active === undefined ? undefined : active ? 'opened' : 'closed';
    await audit(ctx, { teamId, actor: ctx.member, action: 'channel.updated', subject: channelId, detail });
    return null;
  },
});

function cleanLook(chosen: Look): Look {
  const look = checkedLook(chosen);
  if ('fault' in look) throw appError('INVALID_INPUT', look.fault);
  return look;
}

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
