/** The team's settings (docs/rules.md A1, H6, T4, R1). */
import { compareValues, v, type Value } from 'convex/values';
import type { Id } from './_generated/dataModel';
import { appError } from './model/kit/errors';
import { type CaseCtx, operatorMutation, sharedQuery } from './functions';
import { notFound } from './model/kit/access';
import { audit } from './model/kit/audit';
import { allowsFurtherTeams, firstTeam, setFurtherTeams } from './model/setup/installation';
import { beginWalk } from './model/tickets/clockWalks';
import { cleanName } from './model/kit/names';
import { vAssignmentMode } from './shared/routing/routing';
import { defaultPickUp, faultOfPickUp, vPickUp } from './shared/routing/pickUp';
import { answerDeadlineRangeMs, closeAfterRangeMs, type Range } from './shared/people/teams';
import { faultOfTargets, type KeptTargets, type Targets, vTargets } from './shared/tickets/targets';
import { defaultWhenHolderVanishes, vWhenHolderVanishes } from './shared/control/vanished';

export const get = sharedQuery('team.read')({
  args: {},
  returns: v.object({
    teamId: v.id('teams'),
    name: v.string(),
    assignmentMode: vAssignmentMode,
    answerDeadlineMs: v.number(),
    closeAfterMs: v.number(),
    whenHolderVanishes: vWhenHolderVanishes,
    pickUp: vPickUp,
    /** [T7] Null: none. */
    targets: v.union(vTargets, v.null()),
    /** Present where this team's owners run the installation. */
    allowFurtherTeams: v.optional(v.boolean()),
  }),
  handler: async (ctx, { teamId }) => {
    const team = await ctx.db.get(teamId);
    if (team === null) throw notFound('team');
    const { name, assignmentMode, answerDeadlineMs, closeAfterMs } = team;
    const targets = team.targets === undefined ? null : withoutSince(team.targets);
    const whenHolderVanishes = team.whenHolderVanishes ?? defaultWhenHolderVanishes;
    const isFirst = (await firstTeam(ctx))?._id === teamId;
    const allowFurtherTeams = isFirst ? await allowsFurtherTeams(ctx) : undefined;
    const settings = {
      name,
      assignmentMode,
      answerDeadlineMs,
      closeAfterMs,
      whenHolderVanishes,
      pickUp: team.pickUp ?? defaultPickUp,
    };
    return { teamId, ...settings, targets, allowFurtherTeams };
  },
});

/** Changes the settings that are given. */
export const update = operatorMutation('team.update')({
  args: {
    name: v.optional(v.string()),
    assignmentMode: v.optional(vAssignmentMode),
    answerDeadlineMs: v.optional(v.number()),
    closeAfterMs: v.optional(v.number()),
    whenHolderVanishes: v.optional(vWhenHolderVanishes),
    /** [A9] For what comes to somebody from then on. */
    pickUp: v.optional(vPickUp.partial()),
    /** [T7] Null: none any more. */
    targets: v.optional(v.union(vTargets, v.null())),
  },
  returns: v.null(),
  handler: async (ctx, { teamId, targets, ...given }) => {
    const { name, assignmentMode, answerDeadlineMs, closeAfterMs } = given;
    const pickUp = given.pickUp && {
      ...((await ctx.db.get(teamId))?.pickUp ?? defaultPickUp),
      ...given.pickUp,
    };
    requireInRange(answerDeadlineMs, answerDeadlineRangeMs, 'An agent answers within');
    requireInRange(closeAfterMs, closeAfterRangeMs, 'A resolved ticket closes after');
    const fault = pickUp && faultOfPickUp(pickUp);
    if (fault) throw appError('INVALID_INPUT', fault);
    const settings = {
      ...given,
      pickUp,
      ...(name === undefined ? {} : { name: cleanName(name, 'The team') }),
    };
    const changes = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    await ctx.db.patch(teamId, changes);
    if (targets !== undefined) await saveTargets(ctx, teamId, targets);
    if (assignmentMode !== undefined) ctx.unsettled.bells.add(teamId);
    const detail = [...Object.keys(changes), ...(targets === undefined ? [] : ['targets'])].join(', ');
    await audit(ctx, { teamId, actor: ctx.member, action: 'team.updated', subject: teamId, detail });
    return null;
  },
});

/** [T7] The deadlines of its tickets follow. */
async function saveTargets(ctx: CaseCtx, teamId: Id<'teams'>, targets: Targets | null): Promise<void> {
  const fault = targets === null ? null : faultOfTargets(targets);
  if (fault !== null) throw appError('INVALID_INPUT', fault);
  const known = (await ctx.db.get(teamId))?.targets;
  const keepsPauses = known !== undefined && isSame(known.pauses, targets?.pauses);
  const pausesSince = keepsPauses ? known.pausesSince : Date.now();
  await ctx.db.patch(teamId, { targets: targets === null ? undefined : { ...targets, pausesSince } });
  await beginWalk(ctx, teamId);
}

const isSame = (one: Value, other: Value | undefined) => compareValues(one, other) === 0;

function withoutSince({ pausesSince: _pausesSince, ...targets }: KeptTargets): Targets {
  return targets;
}

/** [R1] The owner's switch; it belongs to the owners of the team that was set up first. */
export const allowFurtherTeams = operatorMutation('team.allowFurtherTeams')({
  args: { allowed: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { teamId, allowed }) => {
    if ((await firstTeam(ctx))?._id !== teamId) {
      throw appError('NOT_ALLOWED', 'Only owners of the team that was set up first can decide this.');
    }
    await setFurtherTeams(ctx, allowed);
    const action = 'team.furtherTeamsAllowed';
    await audit(ctx, { teamId, actor: ctx.member, action, subject: teamId, detail: String(allowed) });
    return null;
  },
});

function requireInRange(value: number | undefined, { min, max }: Range, what: string): void {
  if (value === undefined || (value >= min && value <= max)) return;
  throw appError('INVALID_INPUT', `${what} ${spanWords(min)} to ${spanWords(max)}.`);
}

const unitsOf = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** In the largest unit that it is whole in: whoever set it thinks in none of milliseconds. */
function spanWords(ms: number): string {
  const [unit, size] = Object.entries(unitsOf).findLast(([, each]) => ms % each === 0)!;
  return `${ms / size} ${unit}${ms === size ? '' : 's'}`;
}
