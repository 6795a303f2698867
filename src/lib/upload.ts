/** A file's way into storage, the same from the desk and from the chat (docs/rules.md E2, E4). */
import { maxFileBytes, storedType } from '../../convex/shared/kit/limits';

/** Why it can never be taken; null: it can. */
export function faultOf({ size }: File): string | null {
  if (size === 0) return 'It is empty.';
  return size > maxFileBytes ? `It is larger than ${maxFileBytes / 1024 / 1024} MB.` : null;
}

/** Gives what storage calls it. Never sent as what it is: a storage address hands out nothing that a browser runs. */
export async function postFile(url: string, file: File): Promise<string> {
  const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': storedType }, body: file });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return ((await answer.json()) as { storageId: string }).storageId;
}
