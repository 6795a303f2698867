/** The only writer of `measureFacts` and `measureMessages` (docs/rules.md B2). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { type Fact, messageKinds, safetyKinds } from '../../shared/measures/facts';

export type FactRow = Doc<'measureFacts'>;
export type NewFact = FactRow | Doc<'measureMessages'>;
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
  const { conversationId, ...counted } = whose;
  for (const fact of facts) {
    if (isPassing(fact)) await ctx.db.insert('measureMessages', { ...counted, ...fact });
    else await ctx.db.insert('measureFacts', { ...counted, conversationId, ...fact, isNew: true });
  }
}

/** A team's that no counter has yet, of before that instant, at most `most`. */
export async function readNewFacts(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
  before: number,
  most: number,
): Promise<NewFact[]> {
  const facts = await ctx.db
    .query('measureFacts')
    .withIndex('by_teamId_and_isNew_and_at', (q) => q.eq('teamId', teamId).eq('isNew', true).lt('at', before))
    .take(most);
  if (facts.length === most) return facts;
  const messages = await ctx.db
    .query('measureMessages')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId).lt('_creationTime', before))
    .take(most - facts.length);
  return [...facts, ...messages];
}

/** It is in the counters. Of no further use are messages, and what was taken back. */
export async function markCounted(ctx: MutationCtx, { _id, kind, count }: NewFact): Promise<void> {
  if (count < 0 || isPassing({ kind })) await ctx.db.delete(_id);
  else await ctx.db.patch(_id as FactRow['_id'], { isNew: false });
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
