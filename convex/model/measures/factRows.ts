/** The only writer of `measureFacts` (docs/rules.md B2). */
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { type Fact, messageKinds, safetyKinds } from '../../shared/measures/facts';

export type FactRow = Doc<'measureFacts'>;
/** Whose a fact is. */
export type Whose = Pick<FactRow, 'teamId' | 'conversationId' | 'agentId' | 'generation'>;

/** How long what a number counts can be looked at. */
const keptMs = 400 * 86_400_000;
const passing: ReadonlySet<string> = new Set(messageKinds);
const safety: ReadonlySet<string> = new Set(safetyKinds);

/** [B4] What the thread does not tell. */
export const isSafety = ({ kind }: Pick<Fact, 'kind'>): boolean => safety.has(kind);
export const isPassing = ({ kind }: Pick<Fact, 'kind'>): boolean => passing.has(kind);

export async function insertFacts(ctx: MutationCtx, whose: Whose, facts: readonly Fact[]): Promise<void> {
  for (const fact of facts) await ctx.db.insert('measureFacts', { ...whose, ...fact, isNew: true });
}

/** It is in the counters. Of no further use are messages, and what was taken back. */
export async function markCounted(ctx: MutationCtx, { _id, kind, count }: FactRow): Promise<void> {
  if (count < 0 || isPassing({ kind })) await ctx.db.delete(_id);
  else await ctx.db.patch(_id, { isNew: false });
}

/** What the thread does not tell any more: one that is in the counters already is taken out of them again. */
export async function takeBack(ctx: MutationCtx, { _id, isNew, count }: FactRow, generation: number) {
  if (isNew && count > 0) await ctx.db.delete(_id);
  else if (!isNew) await ctx.db.patch(_id, { isNew: true, count: -1, generation });
}

/** At most `most` that are too old to be looked at; how many went. New ones are not among them for long. */
export async function sweepFacts(ctx: MutationCtx, most: number): Promise<number> {
  const old = await ctx.db
    .query('measureFacts')
    .withIndex('by_at', (q) => q.lt('at', Date.now() - keptMs))
    .take(most);
  for (const { _id } of old) await ctx.db.delete(_id);
  return old.length;
}
