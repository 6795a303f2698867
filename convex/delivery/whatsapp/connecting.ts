/** A live look at a number and its account (docs/rules.md M7): only by asking is it known that a token works. */
import { type Infer, v } from 'convex/values';
import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { type ActionCtx, internalMutation, requireMember } from '../../functions';
import { loadChannelFor } from '../../model/kit/access';
import { audit } from '../../model/kit/audit';
import { readSecret } from '../../model/delivery/channelSecrets';
import { noteNumber } from '../../model/delivery/whatsapp/connecting';
import { keepTemplates } from '../../model/delivery/whatsapp/templates';
import type { NumberCheck } from '../../shared/whatsapp/checks';
import type { Failure } from '../../shared/whatsapp/errors';
import { vTemplate } from '../../shared/whatsapp/templates';
import { listTemplates, readNumber, subscribe } from './graph';

const ofChannel = { teamId: v.id('teams'), channelId: v.id('channels') };

const vConnection = v.object({
  phoneNumberId: v.string(),
  businessId: v.string(),
  token: v.union(v.string(), v.null()),
});

/** What a check begins with; that it was done stands in the log. */
export const begin = internalMutation({
  args: ofChannel,
  returns: v.union(vConnection, v.null()),
  handler: async (ctx, { teamId, channelId }) => {
    const member = await requireMember(ctx, teamId, 'channels.manage');
    const { whatsapp } = await loadChannelFor(ctx, member, channelId);
    await audit(ctx, { teamId, actor: member, action: 'channel.checked', subject: channelId });
    if (whatsapp === undefined) return null;
    const { phoneNumberId, businessId } = whatsapp;
    return { phoneNumberId, businessId, token: (await readSecret(ctx, channelId, 'accessToken')) ?? null };
  },
});

export const keep = internalMutation({
  args: { channelId: v.id('channels'), number: v.string(), templates: v.array(vTemplate) },
  returns: v.null(),
  handler: async (ctx, { channelId, number, templates }) => {
    await noteNumber(ctx, channelId, number);
    await keepTemplates(ctx, channelId, templates);
    return null;
  },
});

const nothing = { said: null, name: null, quality: null, templates: 0 };

export async function checkNumber(
  ctx: ActionCtx,
  of: { teamId: Id<'teams'>; channelId: Id<'channels'> },
): Promise<NumberCheck> {
  const found: Infer<typeof vConnection> | null = await ctx.runMutation(
    internal.delivery.whatsapp.connecting.begin,
    of,
  );
  if (found === null || found.token === null) return { ...nothing, state: 'none' };
  const { token, phoneNumberId, businessId } = found;
  const facts = await readNumber({ token, phoneNumberId });
  if ('failure' in facts) return refused(facts.failure);
  const { number, name = null, quality = null } = facts;
  const deaf = await subscribe(token, businessId);
  if (deaf !== null) return { ...refused(deaf.failure), name, quality };
  const listed = await listTemplates(token, businessId);
  if ('failure' in listed) return { ...refused(listed.failure), name, quality };
  const { templates } = listed;
  await ctx.runMutation(internal.delivery.whatsapp.connecting.keep, {
    channelId: of.channelId,
    number,
    templates,
  });
  return { state: 'works', said: null, name, quality, templates: templates.length };
}

function refused({ kind, said }: Failure): NumberCheck {
  const state = kind === 'unknown' || kind === 'retry' ? 'unreachable' : 'refused';
  return { ...nothing, state, said };
}
