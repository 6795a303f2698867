/** [B3] What became of a conversation is final 72 h after the customer's last word: a job goes through those that are due. */
import type { CaseCtx } from '../conversation/case';
import { openCaseOf } from '../conversation/case';
import { settle } from '../../shared/measures/measuring';
import { settlesAt } from '../../shared/measures/facts';
import { insertFacts } from './factRows';
import { askForFolding, ensureTeamRow } from './folding';

/**
 * At most `most` are looked at, from `after` on; one in which somebody has written since is looked at again when its time has come.
 * A team that is counted anew gets its outcomes from that: it keeps nobody else's waiting. Returns where to go on; null: those were
 * the last.
 */
export async function settleOutcomes(ctx: CaseCtx, most: number, after = 0): Promise<number | null> {
  const now = Date.now();
  const due = await ctx.db
    .query('threadHeads')
    .withIndex('by_settlesAt', (q) => q.gt('settlesAt', after).lte('settlesAt', now))
    .take(most);
  let left = 0;
  for (const { conversationId } of due) {
    const { teamId } = (await ctx.db.get(conversationId))!;
    const row = await ensureTeamRow(ctx, teamId);
    if (row.recount !== undefined) {
      left++;
      continue;
    }
    const opened = await openCaseOf(ctx, conversationId);
    const { agentId } = opened.conversation;
    const { measured, facts } = settle(opened.head.measured!, now);
    opened.head = { ...opened.head, measured, settlesAt: settlesAt(measured) };
    if (facts.length === 0) continue;
    await insertFacts(ctx, { teamId, conversationId, agentId, generation: measured.generation }, facts);
    await askForFolding(ctx, row);
  }
  if (due.length < most) return null;
  return left === 0 ? after : due.at(-1)!.settlesAt!;
}
