/**
 * What this browser was given for each of the last five people who signed in with it: shown at the next sign-in, it counts their
 * tries apart from strangers' (convex/model/people/knownBrowsers.ts). A browser that keeps nothing is a stranger each time.
 */
const key = 'baton.knownBrowser';
const most = 5;

export function knownBrowserTokens(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

/** The first part of a token says whose it is. */
export function isKnownTo(userId: string): boolean {
  return knownBrowserTokens().some((token) => token.startsWith(`${userId}.`));
}

export function keepKnown(userId: string, token: string): void {
  const others = knownBrowserTokens().filter((each) => !each.startsWith(`${userId}.`));
  try {
    localStorage.setItem(key, JSON.stringify([token, ...others].slice(0, most)));
  } catch {
    // Denied or full: it signs in all the same.
  }
}
