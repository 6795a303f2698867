/** Secrets that sites sign their customers' identities with (docs/rules.md M9, R3): made, told apart, withdrawn. */
import { v } from 'convex/values';
import { operatorMutation, operatorQuery } from './functions';
import {
  addIdentitySecret,
  listIdentitySecrets,
  removeIdentitySecret,
} from './model/customer/identitySecrets';
import { loadChannelFor, loadIdentitySecretFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import { appError } from './model/kit/errors';

/** [M9] What a site may sign its customers' identities with, by the last characters; when one of it was last taken. */
export const list = operatorQuery('channels.manage')({
  args: { channelId: v.id('channels') },
  returns: v.array(
    v.object({
      _id: v.id('identitySecrets'),
      ending: v.string(),
      madeAt: v.number(),
      usedAt: v.union(v.number(), v.null()),
    }),
  ),
  handler: async (ctx, { channelId }) => {
    const channel = await loadChannelFor(ctx, ctx.member, channelId);
    const kept = await listIdentitySecrets(ctx, channel._id);
    return kept.map(({ _id, _creationTime: madeAt, ending, usedAt = null }) => ({
      _id,
      ending,
      madeAt,
      usedAt,
    }));
  },
});

/** Of a web chat, two at most. Shown now and never again. */
export const make = operatorMutation('channels.manage')({
  args: { channelId: v.id('channels') },
  returns: v.object({ secret: v.string() }),
  handler: async (ctx, { teamId, channelId }) => {
    const channel = await loadChannelFor(ctx, ctx.member, channelId);
    if (channel.kind !== 'web') throw appError('INVALID_INPUT', 'Only a web chat takes signed identities.');
    const secret = await addIdentitySecret(ctx, channel);
    const action = 'channel.identitySecretMade' as const;
    await audit(ctx, { teamId, actor: ctx.member, action, subject: channelId });
    return { secret };
  },
});

/** What it signed is taken no more. */
export const withdraw = operatorMutation('channels.manage')({
  args: { secretId: v.id('identitySecrets') },
  returns: v.null(),
  handler: async (ctx, { teamId, secretId }) => {
    const { channelId: subject } = await loadIdentitySecretFor(ctx, ctx.member, secretId);
    await removeIdentitySecret(ctx, secretId);
    const action = 'channel.identitySecretWithdrawn' as const;
    await audit(ctx, { teamId, actor: ctx.member, action, subject });
    return null;
  },
});
