/** Members: who they are, whether they are available, and what they may do (docs/rules.md A2, A3, R1). */
import { v } from 'convex/values';
import type { Doc } from './_generated/dataModel';
import { operatorMutation, type QueryCtx, sharedQuery } from './functions';
import { loadMemberFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import { activeMembers, changeLimit, changeName, changeRole, changeSignature } from './model/people/people';
import { declareStatus, recordDisconnect, recordHeartbeat } from './model/people/presence';
import { renameHolder } from './model/tickets/liveTakeovers';
import { removeMember } from './model/people/removal';
import { statusOf } from './model/people/statuses';
import { vDowngrade, vMemberStatus, vRole } from './shared/people/people';
import { firstUnits } from './shared/kit/text';

const vStatus = v.object({
  memberId: v.id('members'),
  declared: vMemberStatus,
  effective: vMemberStatus,
  downgrade: v.optional(vDowngrade),
  connected: v.boolean(),
  since: v.number(),
});
const vMember = v.object({
  memberId: v.id('members'),
  name: v.string(),
  email: v.string(),
  role: vRole,
  limit: v.number(),
});

/** Who they are: changes seldom. */
export const list = sharedQuery('members.read')({
  args: {},
  returns: v.array(vMember),
  handler: async (ctx, { teamId }) => (await activeMembers(ctx, teamId)).map(shown),
});

function shown({ _id: memberId, name, email, role, limit }: Doc<'members'>) {
  return { memberId, name, email, role, limit };
}

/** [A2] Whether one of them is there. */
export const status = sharedQuery('members.read')({
  args: { memberId: v.id('members') },
  returns: vStatus,
  handler: async (ctx, { teamId, memberId }) =>
    shownStatus(ctx, await loadMemberFor(ctx, { teamId }, memberId)),
});

/** [A2] Whether each of them is there: for screens that show all. */
export const statuses = sharedQuery('members.read')({
  args: {},
  returns: v.array(vStatus),
  handler: async (ctx, { teamId }) =>
    Promise.all((await activeMembers(ctx, teamId)).map((member) => shownStatus(ctx, member))),
});

async function shownStatus(ctx: Pick<QueryCtx, 'db'>, { _id: memberId }: Doc<'members'>) {
  const { declared, effective, downgrade, connected, since } = await statusOf(ctx, memberId);
  return { memberId, declared, effective, downgrade, connected, since };
}

export const setStatus = operatorMutation('members.setOwnStatus')({
  args: { status: vMemberStatus },
  returns: v.null(),
  handler: async (ctx, { status }) => {
    await declareStatus(ctx, { memberId: ctx.member._id, status, setBy: ctx.member._id });
    return null;
  },
});

/** [M3] What stands below what they write by mail; empty: their name and the team's. */
export const setSignature = operatorMutation('members.setOwnStatus')({
  args: { text: v.string() },
  returns: v.null(),
  handler: async (ctx, { text }) => {
    await changeSignature(ctx, ctx.member, text);
    return null;
  },
});

/** What they are called in this team; customers see the first word of it. */
export const setName = operatorMutation('members.setOwnStatus')({
  args: { name: v.string() },
  returns: v.null(),
  handler: async (ctx, { teamId, name }) => {
    const { _id: subject, name: before } = ctx.member;
    const now = await changeName(ctx, ctx.member, name);
    if (now === before) return null;
    await renameHolder(ctx, ctx.member);
    const detail = `${before} → ${now}`;
    await audit(ctx, { teamId, actor: ctx.member, action: 'member.renamed', subject, detail });
    return null;
  },
});

/** [A2] For somebody else, and recorded. */
export const setStatusOf = operatorMutation('members.setStatuses')({
  args: { memberId: v.id('members'), status: vMemberStatus },
  returns: v.null(),
  handler: async (ctx, { teamId, memberId, status }) => {
    const subject = await loadMemberFor(ctx, ctx.member, memberId);
    await declareStatus(ctx, { memberId: subject._id, status, setBy: ctx.member._id });
    const action = 'member.statusSetByManager';
    await audit(ctx, { teamId, actor: ctx.member, action, subject: subject._id, detail: status });
    return null;
  },
});

/** [A2] From a Worker every 20 s per open tab; `idleMs`: how long ago the person last did something there. */
export const heartbeat = operatorMutation('members.setOwnStatus')({
  args: { sessionId: v.string(), idleMs: v.number() },
  returns: v.null(),
  handler: async (ctx, { sessionId, idleMs }) => {
    await recordHeartbeat(ctx, { member: ctx.member, sessionId: firstUnits(sessionId, 64), idleMs });
    return null;
  },
});

/** A tab is closing. */
export const disconnect = operatorMutation('members.setOwnStatus')({
  args: { sessionId: v.string() },
  returns: v.null(),
  handler: async (ctx, { sessionId }) => {
    await recordDisconnect(ctx, { memberId: ctx.member._id, sessionId: firstUnits(sessionId, 64) });
    return null;
  },
});

export const setLimit = operatorMutation('members.setLimits')({
  args: { memberId: v.id('members'), limit: v.number() },
  returns: v.null(),
  handler: async (ctx, { teamId, memberId, limit }) => {
    const subject = await loadMemberFor(ctx, ctx.member, memberId);
    await changeLimit(ctx, subject, limit);
    const detail = `${subject.limit} → ${limit}`;
    await audit(ctx, { teamId, actor: ctx.member, action: 'member.limitChanged', subject: memberId, detail });
    return null;
  },
});

export const setRole = operatorMutation('members.manage')({
  args: { memberId: v.id('members'), role: vRole },
  returns: v.null(),
  handler: async (ctx, { teamId, memberId, role }) => {
    const subject = await loadMemberFor(ctx, ctx.member, memberId);
    await changeRole(ctx, subject, role);
    const detail = `${subject.role} → ${role}`;
    await audit(ctx, { teamId, actor: ctx.member, action: 'member.roleChanged', subject: memberId, detail });
    return null;
  },
});

export const remove = operatorMutation('members.manage')({
  args: { memberId: v.id('members') },
  returns: v.null(),
  handler: async (ctx, { teamId, memberId }) => {
    const subject = await loadMemberFor(ctx, ctx.member, memberId);
    await removeMember(ctx, subject, ctx.member);
    await audit(ctx, { teamId, actor: ctx.member, action: 'member.removed', subject: memberId });
    return null;
  },
});
