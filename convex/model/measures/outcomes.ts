/** [B3] What became of a conversation is final 72 h after the customer's last word: a job goes through those that are due. */
import type { CaseCtx } from '../conversation/case';
import { openCaseOf } from '../conversation/case';
import { settle } from '../../shared/measures/measuring';
import { settlesAt } from '../../shared/measures/facts';
import { insertFacts } from './factRows';
import { askForFolding, ensureTeamRow } from './folding';

/** At most `most`; how many there were. While its team is counted anew, one waits for the next time. */
export async function settleOutcomes(ctx: CaseCtx, most: number): Promise<number> {
  const now = Date.now();
  const due = await ctx.db
    .query('threadHeads')
    .withIndex('by_settlesAt', (q) => q.gt('settlesAt', 0).lte('settlesAt', now))
    .take(most);
  let settled = 0;
  for (const { conversationId } of due) {
    const opened = await openCaseOf(ctx, conversationId);
    const { teamId, agentId } = opened.conversation;
    const row = await ensureTeamRow(ctx, teamId);
    if (row.recount !== undefined) continue;
    const { measured, facts } = settle(opened.head.measured!, now);
    opened.head = { ...opened.head, measured, settlesAt: settlesAt(measured) };
    await insertFacts(ctx, { teamId, conversationId, agentId, generation: measured.generation }, facts);
    await askForFolding(ctx, row);
    settled++;
  }
  return settled;
}
