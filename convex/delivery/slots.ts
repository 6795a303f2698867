/**
 * A carrier gets ready ahead of its slot (model/delivery/account.ts) and calls at it. Tests whose clock stands still leave the
 * wait out.
 */
export async function until(slotAt = 0): Promise<void> {
  const waitMs = slotAt - Date.now();
  if (waitMs > 0) await new Promise<void>((resolve) => setTimeout(resolve, waitMs));
}
