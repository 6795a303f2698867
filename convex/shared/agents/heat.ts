/** Words for what heats a conversation up that an agent answers (docs/rules.md B5). Pure; judged in heating.ts. */
import { type Infer, v } from 'convex/values';

/**
 * nearRule: a handover rule of which all but one condition hold; `missing` says of that one why it does not · askedAgain: the same
 * question, in words that mean the same · angry: how it sounds · orderValue: what is at stake, in whatever money the team counts
 */
export const vHeatReason = v.union(
  v.object({ kind: v.literal('nearRule'), rule: v.string(), missing: v.string() }),
  v.object({ kind: v.literal('askedAgain'), times: v.number() }),
  v.object({ kind: v.literal('angry') }),
  v.object({ kind: v.literal('orderValue'), value: v.number() }),
);
export type HeatReason = Infer<typeof vHeatReason>;

/** `heat`: 0, nothing is unusual, to 100. The strongest reason first. */
export const vHeat = v.object({ heat: v.number(), reasons: v.array(vHeatReason) });
export type Heat = Infer<typeof vHeat>;

export const mostHeat = 100;
/** Where nobody has written for so long, nothing is going on any more. */
export const restsAfterMs = 10 * 60_000;
