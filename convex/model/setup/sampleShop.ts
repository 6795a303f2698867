/** Fills a fresh team with the sample shop's articles and its agent's handover rules (shared/setup/sampleShop.ts). */
import type { Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { sampleArticles, sampleRules } from '../../shared/setup/sampleShop';
import { readArticle, saveArticle } from '../agents/articles';

export async function seedSampleShop(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  agentId: Id<'agents'>,
): Promise<void> {
  for (const article of sampleArticles) await saveArticle(ctx, teamId, undefined, readArticle(article));
  for (const [position, rule] of sampleRules.entries()) {
    await ctx.db.insert('handoverRules', { teamId, agentId, position, ...rule });
  }
}
