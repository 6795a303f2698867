/**
 * The tabs that one person has open in a browser: one of them makes sounds and notices for all, and each knows at what its person
 * looks in any of them.
 */
export const tabId = crypto.randomUUID();

let isFirst = false;
// Held as long as the tab lives; the next one that waits for it follows. Only pages that came safely have locks.
void globalThis.navigator?.locks?.request('baton.notices', () => {
  isFirst = true;
  return new Promise<never>(() => {});
});

/** Whether this tab speaks for all. */
export const speaksForAll = () => (navigator.locks ? isFirst : document.visibilityState === 'visible');

/** Held as long as the tab lives. */
export const lockOf = (tab: string) => `baton.tab.${tab}`;
void globalThis.navigator?.locks?.request(lockOf(tabId), () => new Promise<never>(() => {}));

const key = 'baton.looking';

/** What they look at in this tab: a ticket, no ticket (null), or nothing, because they look elsewhere (undefined). */
export function noteLooking(at: number | null | undefined) {
  try {
    if (at !== undefined) localStorage.setItem(key, `${tabId} ${at ?? ''}`);
    else if (localStorage.getItem(key)?.startsWith(tabId)) localStorage.removeItem(key);
  } catch {
    // No storage: then each tab knows of itself alone.
  }
}

/** As `noteLooking`, in whatever tab of this browser. */
export function lookingAt(): number | null | undefined {
  try {
    const kept = localStorage.getItem(key);
    if (kept === null) return undefined;
    const [, number] = kept.split(' ');
    return number ? Number(number) : null;
  } catch {
    return undefined;
  }
}

globalThis.addEventListener?.('pagehide', () => noteLooking(undefined));
