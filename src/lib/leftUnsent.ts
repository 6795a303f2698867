/** What tabs that are gone have left unsent on this browser. Fetched where there is something of it. */
import { lockOf, tabId } from './tabs';
import { claimUnsent, readUnsent, type Stored, type Unsent, unsentKeys } from './unsent';

export type Left = Unsent & { at: number };

const longAgoMs = 60_000;

/** Tells of a tab whether it lives; without locks, one that has written nothing for a minute counts as gone. */
async function areTabsOpen(): Promise<(stored: Stored) => boolean> {
  const locks = await navigator.locks?.query();
  if (!locks) return ({ tab, at }) => tab === tabId || at > Date.now() - longAgoMs;
  const open = new Set(locks.held?.map(({ name }) => name));
  return ({ tab }) => tab === tabId || open.has(lockOf(tab));
}

/** In the order of its writing: under `memberId.` or `memberId.conversationId.`; `claim`ed for this page, or only looked at. */
export async function leftUnsent(under: string, options: { claim: boolean }): Promise<Left[]> {
  const areOpen = await areTabsOpen();
  const left = unsentKeys(under).flatMap((key) => {
    const stored = readUnsent(key);
    return stored && (stored.tab === '' || !areOpen(stored)) ? [{ key, stored }] : [];
  });
  if (options.claim) for (const { key, stored } of left) claimUnsent(key, stored);
  return left.map(({ stored }) => stored).toSorted((a, b) => a.at - b.at);
}
