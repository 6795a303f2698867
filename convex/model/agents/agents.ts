/** The team's agents and their settings (docs/rules.md P4). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import { maxThinkMs } from '../../shared/agents/agents';
import { faultOfHours, type OpeningHours } from '../../shared/agents/openingHours';
import { dismissIfSilent } from '../control/agentRuns';
import { cleanName } from '../kit/names';

/** More agents than a team tells apart. */
const maxAgents = 100;

export function listAgents(ctx: Pick<QueryCtx, 'db'>, teamId: Id<'teams'>): Promise<Doc<'agents'>[]> {
  return ctx.db
    .query('agents')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .take(maxAgents);
}

export async function createAgent(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  { name, kind }: Pick<Doc<'agents'>, 'name' | 'kind'>,
): Promise<Id<'agents'>> {
  if ((await listAgents(ctx, teamId)).length >= maxAgents) {
    throw appError('INVALID_INPUT', `A team has at most ${maxAgents} agents.`);
  }
  return ctx.db.insert('agents', { teamId, name: cleanName(name, "The agent's name"), kind, active: true });
}

export interface AgentChange {
  name?: string | undefined;
  active?: boolean | undefined;
  thinkMs?: number | undefined;
  /** Null: not known any more. */
  openingHours?: OpeningHours | null | undefined;
}

export async function updateAgent(
  ctx: MutationCtx,
  agent: Doc<'agents'>,
  change: AgentChange,
): Promise<void> {
  const { name, active, thinkMs, openingHours } = change;
  const fields: Partial<Doc<'agents'>> = {};
  if (name !== undefined) fields.name = cleanName(name, "The agent's name");
  if (active !== undefined) fields.active = active;
  if (thinkMs !== undefined) fields.thinkMs = checkThinkMs(thinkMs);
  if (openingHours !== undefined) fields.openingHours = checkHours(openingHours);
  await ctx.db.patch(agent._id, fields);
  if (active === false) await dismissIfSilent(ctx, agent._id);
}

/** [P3] Whether it is told by webhook; skipped when unchanged. */
export async function noteWebhooks(
  ctx: MutationCtx,
  agentId: Id<'agents'>,
  hasWebhooks: boolean,
): Promise<void> {
  const agent = await ctx.db.get(agentId);
  if ((agent?.hasWebhooks ?? false) !== hasWebhooks) await ctx.db.patch(agentId, { hasWebhooks });
}

function checkThinkMs(thinkMs: number): number {
  if (Number.isInteger(thinkMs) && thinkMs >= 0 && thinkMs <= maxThinkMs) return thinkMs;
  throw appError('INVALID_INPUT', `The typing time is 0 to ${maxThinkMs / 1_000} seconds.`);
}

function checkHours(hours: OpeningHours | null): OpeningHours | undefined {
  if (hours === null) return undefined;
  const fault = hours.open.length > 50 ? 'There are too many spans.' : faultOfHours(hours);
  if (fault !== null) throw appError('INVALID_INPUT', fault);
  return hours;
}
