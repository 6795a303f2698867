/** `in 9 minutes`; how long is not always known. */
export function waitWords(waitMs: number): string {
  if (!Number.isFinite(waitMs)) return 'in a few minutes';
  if (waitMs < 60_000) return 'in a moment';
  const minutes = Math.ceil(waitMs / 60_000);
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`;
}
