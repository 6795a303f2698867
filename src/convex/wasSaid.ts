import { api } from '../../convex/_generated/api';
import type { Lives, SharedArgs } from './lives';
import { pageSize } from './threads';

/** So many pages are looked through for what was sent; beyond, it is its author who looks. */
const mostPages = 20;

type Of = Omit<SharedArgs<typeof api.conversations.page>, 'page'>;

/** Whether the desk has what was sent under an id, after `seenThrough` was read. */
export async function wasSaid(
  lives: Lives,
  of: Of,
  { clientMessageId, seenThrough }: { clientMessageId: string; seenThrough: number },
): Promise<boolean> {
  const first = Math.floor(seenThrough / pageSize);
  for (let page = first; page < first + mostPages; page++) {
    const entries = await lives.ask(api.conversations.page, { ...of, page }, 'operator');
    if (entries.some((entry) => entry.clientMessageId === clientMessageId)) return true;
    if (entries.length === 0) return false;
  }
  return false;
}
