/** The only writer of `measureCounters` (docs/rules.md B2). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import {
  addCounted,
  count,
  type Counted,
  type CounterKey,
  countersOf,
  nameOf,
} from '../../shared/measures/counters';
import type { Fact } from '../../shared/measures/facts';

/** Which of a team's counters. */
export interface Generation {
  generation: number;
  timeZone: string;
}

const dayMs = 86_400_000;
const keptMs = { minute: 2 * dayMs, hour: 35 * dayMs };

const isEmpty = ({ counts, times }: Counted) =>
  Object.keys(counts).length === 0 && Object.keys(times).length === 0;

/** Each counter that any of them touches is written once. */
export async function addToCounters(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  { generation, timeZone }: Generation,
  facts: readonly (Fact & { agentId: string })[],
): Promise<void> {
  const sums = new Map<string, { key: CounterKey; sum: Counted }>();
  const now = Date.now();
  for (const fact of facts) {
    for (const key of countersOf(fact, timeZone)) {
      if (key.span !== 'day' && key.at < now - keptMs[key.span]) continue;
      const name = nameOf(key);
      if (!sums.has(name)) sums.set(name, { key, sum: { counts: {}, times: {} } });
      count(sums.get(name)!.sum, fact);
    }
  }
  for (const { key, sum } of sums.values()) await addTo(ctx, teamId, generation, key, sum);
}

async function addTo(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  generation: number,
  key: CounterKey,
  sum: Counted,
): Promise<void> {
  if (isEmpty(sum)) return;
  const { span, by, at, of } = key;
  const stored = await ctx.db
    .query('measureCounters')
    .withIndex('by_teamId_and_generation_and_span_and_by_and_at_and_of', (q) =>
      q
        .eq('teamId', teamId)
        .eq('generation', generation)
        .eq('span', span)
        .eq('by', by)
        .eq('at', at)
        .eq('of', of),
    )
    .unique();
  if (stored !== null) addCounted(sum, countedOf(stored));
  const { counts, times } = sum as Pick<Doc<'measureCounters'>, 'counts' | 'times'>;
  if (stored === null) await ctx.db.insert('measureCounters', { teamId, generation, ...key, counts, times });
  // No row says none.
  else if (isEmpty(sum)) await ctx.db.delete(stored._id);
  else await ctx.db.patch(stored._id, { counts, times });
}

export function countedOf({ counts, times }: Pick<Doc<'measureCounters'>, 'counts' | 'times'>): Counted {
  return { counts, times } as Counted;
}

/** Of generations that count no more, at most `most`; how many went. */
export async function clearCounters(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  before: number,
  most: number,
): Promise<number> {
  const old = await ctx.db
    .query('measureCounters')
    .withIndex('by_teamId_and_generation_and_span_and_by_and_at_and_of', (q) =>
      q.eq('teamId', teamId).lt('generation', before),
    )
    .take(most);
  for (const { _id } of old) await ctx.db.delete(_id);
  return old.length;
}

/** Minutes and hours that are too old to be shown, at most `most` of each; how many went. */
export async function sweepCounters(ctx: MutationCtx, most: number): Promise<number> {
  let gone = 0;
  for (const span of ['minute', 'hour'] as const) {
    const old = await ctx.db
      .query('measureCounters')
      .withIndex('by_span_and_at', (q) => q.eq('span', span).lt('at', Date.now() - keptMs[span]))
      .take(most);
    for (const { _id } of old) await ctx.db.delete(_id);
    gone = Math.max(gone, old.length);
  }
  return gone;
}
