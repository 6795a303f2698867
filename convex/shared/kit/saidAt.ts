/** When something was said in a messenger (docs/rules.md M1, M7). Pure. */

/**
 * By the provider's clock, in seconds, and never later than it was told: what claims to come from the future would count as the newest
 * for ever, and what names no time would be older than all. `toldAt`: when it came in, by ours.
 */
export function saidAt(seconds: number | undefined, toldAt: number): number {
  const at = (seconds ?? 0) * 1_000;
  return at > 0 ? Math.min(at, toldAt) : toldAt;
}
