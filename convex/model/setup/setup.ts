/** Making a team with everything it needs to answer its first customer (docs/rules.md R1, P4), in one transaction. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { defaultAnswerDeadlineMs, defaultCloseAfterMs } from '../../shared/people/teams';
import { audit } from '../kit/audit';
import { cleanName } from '../kit/names';
import { joinTeam } from '../people/people';
import { turnKeys } from '../people/readKeys';
import { newToken } from '../kit/secrets';

export interface NewTeam {
  teamId: Id<'teams'>;
  owner: Doc<'members'>;
  agentId: Id<'agents'>;
  channelId: Id<'channels'>;
}

/** The caller has checked that a team may be made. */
export async function createTeam(
  ctx: MutationCtx,
  args: { user: Doc<'users'>; teamName: string; yourName: string },
): Promise<NewTeam> {
  const teamId = await ctx.db.insert('teams', {
    name: cleanName(args.teamName, 'The team'),
    assignmentMode: 'balanced',
    answerDeadlineMs: defaultAnswerDeadlineMs,
    closeAfterMs: defaultCloseAfterMs,
  });
  await turnKeys(ctx, teamId);
  const name = cleanName(args.yourName, 'Your name');
  const email = args.user.email ?? '';
  const owner = await joinTeam(ctx, { teamId, userId: args.user._id, role: 'owner', name, email });
  const agentId = await ctx.db.insert('agents', { teamId, name: 'Robin', kind: 'knowledge', active: true });
  const channelId = await ctx.db.insert('channels', {
    teamId,
    kind: 'web',
    name: 'Website',
    agentId,
    publicId: newToken(),
    active: true,
  });
  await audit(ctx, { teamId, actor: owner, action: 'team.created', subject: teamId });
  return { teamId, owner, agentId, channelId };
}
