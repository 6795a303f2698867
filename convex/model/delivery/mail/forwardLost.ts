/** What was passed on did not arrive (docs/rules.md M3, M4): the thread says so, and whoever passed it on has it to see to. */
import type { Doc } from '../../../_generated/dataModel';
import { type CaseCtx, openCaseOf } from '../../conversation/case';
import { appendEntry } from '../../conversation/entries';

export async function noteForwardLost(
  ctx: CaseCtx,
  { kind, to, conversationId, entryId }: Doc<'deskMails'>,
  detail: string | undefined,
): Promise<void> {
  const entry = kind === 'forward' && entryId !== undefined ? await ctx.db.get(entryId) : null;
  if (entry === null || conversationId === undefined) return;
  const by = entry.author.kind === 'operator' ? entry.author.memberId : undefined;
  const isHere = by !== undefined && (await ctx.db.get(by))?.removedAt === undefined;
  await appendEntry(ctx, await openCaseOf(ctx, conversationId), {
    kind: 'event',
    audience: 'team',
    author: { kind: 'system' },
    event: { type: 'forwardLost', to, by: isHere ? by : undefined, sequence: entry.sequence, detail },
  });
}
