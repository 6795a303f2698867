/** The audit log (docs/rules.md R3): append-only. Ids and facts; never message bodies, addresses or secrets. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import type { AuditAction } from '../../shared/kit/auditActions';

export async function audit(
  ctx: MutationCtx,
  entry: {
    teamId: Id<'teams'>;
    actor?: Pick<Doc<'members'>, '_id'> | undefined;
    action: AuditAction;
    /** Id of what was acted on. */
    subject: string;
    detail?: string | undefined;
    /** The address of a customer it is about. */
    identityId?: Id<'customerIdentities'> | undefined;
  },
): Promise<void> {
  const { actor, ...facts } = entry;
  await ctx.db.insert('auditLog', { ...facts, actorMemberId: actor?._id, at: Date.now() });
}
