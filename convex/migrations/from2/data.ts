/** From version 2: by what a customer is known stands in rows of its own, and a message names its channel. */
import { listIdentities, noteIdentity } from '../../model/conversation/identities';
import { batchSize, migrations } from '../migrations';

/** [M9] What somebody gave as their address is claimed; what their platform knows them by, it vouches for. */
export const identities = migrations.define({
  table: 'customers',
  batchSize,
  migrateOne: async (ctx, { _id: customerId, teamId, email, externalId, agentId }) => {
    if (email === undefined && externalId === undefined) return;
    const claimed = { teamId, kind: 'email' as const, scope: customerId, proof: 'claimed' as const };
    // What they said since, before this came to them, is newer.
    const since = await listIdentities(ctx, customerId, 'email');
    const isOlder = since.some(({ proof, value }) => proof === 'claimed' || value === email);
    if (email !== undefined && !isOlder) await noteIdentity(ctx, customerId, { ...claimed, value: email });
    if (externalId !== undefined && agentId !== undefined) {
      const known = { teamId, kind: 'external' as const, scope: agentId, proof: 'provider' as const };
      await noteIdentity(ctx, customerId, { ...known, value: externalId });
    }
    return { email: undefined, externalId: undefined, agentId: undefined };
  },
});

/** The channel of the customer's last message is that of their conversation, where it has one. */
export const heads = migrations.define({
  table: 'threadHeads',
  batchSize,
  migrateOne: async (ctx, { conversationId, customerChannel, customerChannelId }) => {
    if (customerChannelId !== undefined) return;
    const conversation = await ctx.db.get(conversationId);
    if (conversation?.channelId === undefined || conversation.channel !== customerChannel) return;
    return { customerChannelId: conversation.channelId };
  },
});

/** [P3] What is brought to a platform says to whose. */
export const sends = migrations.define({
  table: 'outbox',
  batchSize,
  migrateOne: async (ctx, { channel, agentId, conversationId }) => {
    if (channel !== 'api' || agentId !== undefined) return;
    return { agentId: (await ctx.db.get(conversationId))?.agentId };
  },
});
