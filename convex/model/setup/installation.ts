/** What the installation lets a newcomer do before they belong to any team (docs/rules.md R1). */
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import { requireInvitation } from '../people/invitations';
import { requireRoom } from '../people/people';
import { isSameSecret } from '../kit/secrets';

type Reader = Pick<QueryCtx, 'db'>;

/** The team that was set up first: its owners run the installation. */
export function firstTeam(ctx: Reader): Promise<Doc<'teams'> | null> {
  return ctx.db.query('teams').order('asc').first();
}

export async function allowsFurtherTeams(ctx: Reader): Promise<boolean> {
  return (await ctx.db.query('installation').first())?.allowFurtherTeams ?? false;
}

export async function setFurtherTeams(ctx: MutationCtx, allowFurtherTeams: boolean): Promise<void> {
  const installation = await ctx.db.query('installation').first();
  if (installation === null) await ctx.db.insert('installation', { allowFurtherTeams });
  else await ctx.db.patch(installation._id, { allowFurtherTeams });
}

/** The start makes the token and prints the link that carries it; where there is none, nobody has it. */
async function requireSetupToken(token: string | undefined): Promise<void> {
  const { SETUP_TOKEN: printed = '' } = process.env;
  if (printed !== '' && token !== undefined && (await isSameSecret(token, printed))) return;
  throw appError('SETUP_TOKEN_NEEDED', 'Open the set-up link that was printed where the desk was started.');
}

/** May a team be made now? The first asks for the token, further ones for the owner's switch. */
export async function requireTeamAllowed(ctx: Reader, token: string | undefined): Promise<void> {
  if ((await firstTeam(ctx)) === null) return requireSetupToken(token);
  if (await allowsFurtherTeams(ctx)) return;
  throw token === undefined
    ? appError('TEAMS_NOT_ALLOWED', 'This desk does not take further teams.')
    : appError('ALREADY_SET_UP', 'This desk is set up already.');
}

/**
 * May this address get an account? With an invitation to a team that has room, or to make a team that is allowed. Returns the
 * team's name, if there is one yet.
 */
export async function requireSignUpAllowed(
  ctx: Reader,
  args: { email: string; invitationToken?: string | undefined; setupToken?: string | undefined; now: number },
): Promise<string> {
  const { invitationToken: token, email, now } = args;
  if (token === undefined) {
    await requireTeamAllowed(ctx, args.setupToken);
    return '';
  }
  const { teamId } = await requireInvitation(ctx, { token, email, now });
  await requireRoom(ctx, teamId);
  return (await ctx.db.get(teamId))?.name ?? '';
}
