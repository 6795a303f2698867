/** The audit log (docs/rules.md R3): append-only. Ids and facts; never message bodies, addresses or secrets. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';

export type AuditAction =
  | 'team.created'
  | 'team.updated'
  | 'team.furtherTeamsAllowed'
  | 'member.joined'
  | 'member.removed'
  | 'member.roleChanged'
  | 'member.limitChanged'
  | 'member.statusSetByManager'
  | 'signIn.succeeded'
  | 'signIn.failed'
  | 'session.ended'
  | 'session.othersEnded'
  | 'password.changed'
  | 'password.linkMade'
  | 'password.reset'
  | 'secondFactor.turnedOn'
  | 'secondFactor.turnedOff'
  | 'secondFactor.codesRenewed'
  | 'invitation.created'
  | 'invitation.revoked'
  | 'agent.created'
  | 'agent.updated'
  | 'agentKey.created'
  | 'agentKey.revoked'
  | 'handoverRule.saved'
  | 'handoverRule.removed'
  | 'channel.created'
  | 'channel.updated';

export async function audit(
  ctx: MutationCtx,
  entry: {
    teamId: Id<'teams'>;
    actor?: Pick<Doc<'members'>, '_id'> | undefined;
    action: AuditAction;
    /** Id of what was acted on. */
    subject: string;
    detail?: string | undefined;
  },
): Promise<void> {
  const { actor, ...facts } = entry;
  await ctx.db.insert('auditLog', { ...facts, actorMemberId: actor?._id, at: Date.now() });
}
