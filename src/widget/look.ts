/**
 * How the team wants the chat to look and speak (convex/shared/customer/look.ts). What this browser was told the last time is drawn at
 * once, and what is told now from the next opening on: nothing changes under the reader's eyes.
 */
import type { FrameLook as Look } from '../../convex/shared/customer/look';
import { readAddresses } from './addresses';
import type { Store } from './store';

export type { Look };

const usual: Look = { css: '', language: 'auto', name: null, greetings: {} };
/** The first time, the chat waits so long for it. */
const patienceMs = 1_500;

export async function lookOf(channel: string, store: Store): Promise<Look> {
  const key = `baton.${channel}.look`;
  const known = readLook(store.get(key));
  const told = askLook(channel).then((look) => {
    if (look !== null) store.set(key, JSON.stringify(look));
    return look;
  });
  const patience = new Promise<null>((done) => setTimeout(() => done(null), patienceMs));
  const look = known ?? (await Promise.race([told, patience])) ?? usual;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(look.css);
  document.adoptedStyleSheets = [sheet];
  return look;
}

async function askLook(channel: string): Promise<Look | null> {
  try {
    const { siteUrl } = await readAddresses();
    const answer = await fetch(`${siteUrl}/widget/look?channel=${encodeURIComponent(channel)}`);
    return answer.ok ? readLook(await answer.text()) : null;
  } catch {
    return null;
  }
}

function readLook(stored: string | null): Look | null {
  try {
    const look = JSON.parse(stored ?? 'null') as Look | null;
    return typeof look?.css === 'string' && typeof look.greetings === 'object' ? look : null;
  } catch {
    return null;
  }
}
