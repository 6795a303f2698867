/**
 * `/`, or segments of plain characters with perhaps a query and a fragment. Nothing encoded, empty or beginning with a dot
 * in the path: what a browser, a proxy or the router could read as another host never comes so far.
 */
const plainPath = /^\/(?:[\w~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*)?(?:[?#][!-[\]-~]*)?$/;

/** The page of this desk that `next` asks for after the sign-in; undefined for anything else, the sign-in included. */
export function nextPage(next: unknown): string | undefined {
  if (typeof next !== 'string' || !plainPath.test(next)) return undefined;
  return /^\/login(?![\w.~-])/.test(next) ? undefined : next;
}
