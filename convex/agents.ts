/** The team's agents and the keys of outside ones (docs/rules.md P1, P4). */
import { v } from 'convex/values';
import type { Doc } from './_generated/dataModel';
import { operatorMutation, operatorQuery, sharedQuery } from './functions';
import { loadAgentFor, loadAgentKeyFor } from './model/kit/access';
import * as keys from './model/agents/agentKeys';
import { createAgent, listAgents, updateAgent } from './model/agents/agents';
import { audit } from './model/kit/audit';
import { bringWaiting } from './model/webhooks/endpoints';
import { defaultThinkMs } from './shared/agents/agents';
import { vOpeningHours } from './shared/agents/openingHours';

const vKind = v.union(v.literal('knowledge'), v.literal('external'));
const vAgent = v.object({
  _id: v.id('agents'),
  name: v.string(),
  kind: vKind,
  active: v.boolean(),
  thinkMs: v.number(),
  openingHours: v.union(vOpeningHours, v.null()),
});

function shown({
  _id,
  name,
  kind,
  active,
  thinkMs = defaultThinkMs,
  openingHours = null as never,
}: Doc<'agents'>) {
  return { _id, name, kind, active, thinkMs, openingHours };
}

export const list = sharedQuery('agents.read')({
  args: {},
  returns: v.array(vAgent),
  handler: async (ctx, { teamId }) => (await listAgents(ctx, teamId)).map(shown),
});

export const create = operatorMutation('agents.manage')({
  args: { name: v.string(), kind: vKind },
  returns: v.id('agents'),
  handler: async (ctx, { teamId, name, kind }) => {
    const agentId = await createAgent(ctx, teamId, { name, kind });
    await audit(ctx, { teamId, actor: ctx.member, action: 'agent.created', subject: agentId });
    return agentId;
  },
});

export const update = operatorMutation('agents.manage')({
  args: {
    agentId: v.id('agents'),
    name: v.optional(v.string()),
    active: v.optional(v.boolean()),
    thinkMs: v.optional(v.number()),
    openingHours: v.optional(v.union(vOpeningHours, v.null())),
  },
  returns: v.null(),
  handler: async (ctx, { teamId, agentId, ...change }) => {
    await updateAgent(ctx, await loadAgentFor(ctx, ctx.member, agentId), change);
    if (change.active === true) await bringWaiting(ctx, agentId);
    await audit(ctx, { teamId, actor: ctx.member, action: 'agent.updated', subject: agentId });
    return null;
  },
});

/** [P1] The only time the key is shown. */
export const createKey = operatorMutation('agentKeys.manage')({
  args: { agentId: v.id('agents'), name: v.string() },
  returns: v.object({ keyId: v.id('agentKeys'), key: v.string() }),
  handler: async (ctx, { teamId, agentId, name }) => {
    const agent = await loadAgentFor(ctx, ctx.member, agentId);
    const created = await keys.createKey(ctx, agent, { name, createdBy: ctx.member._id });
    await audit(ctx, { teamId, actor: ctx.member, action: 'agentKey.created', subject: created.keyId });
    return created;
  },
});

export const listKeys = operatorQuery('agents.read')({
  args: { agentId: v.id('agents') },
  returns: v.array(
    v.object({
      _id: v.id('agentKeys'),
      name: v.string(),
      prefix: v.string(),
      createdAt: v.number(),
      createdByName: v.string(),
      lastUsedAt: v.union(v.number(), v.null()),
      revokedAt: v.union(v.number(), v.null()),
    }),
  ),
  handler: async (ctx, { agentId }) => {
    const agent = await loadAgentFor(ctx, ctx.member, agentId);
    const found = await keys.listKeys(ctx, agent._id);
    return Promise.all(
      found.map(
        async ({ _id, _creationTime, name, prefix, createdBy, lastUsedAt = null, revokedAt = null }) => ({
          _id,
          name,
          prefix,
          createdAt: _creationTime,
          createdByName: (await ctx.db.get(createdBy))?.name ?? '',
          lastUsedAt,
          revokedAt,
        }),
      ),
    );
  },
});

export const revokeKey = operatorMutation('agentKeys.manage')({
  args: { keyId: v.id('agentKeys') },
  returns: v.null(),
  handler: async (ctx, { teamId, keyId }) => {
    await keys.revokeKey(ctx, await loadAgentKeyFor(ctx, ctx.member, keyId));
    await audit(ctx, { teamId, actor: ctx.member, action: 'agentKey.revoked', subject: keyId });
    return null;
  },
});
