/** The pages a chat may stand on, as a content security policy names them (docs/rules.md M9). Pure. */

export const maxOrigins = 50;

/**
 * What somebody typed as the origin it means: `https://shop.example`, `https://*.shop.example`, `http://localhost:8080`;
 * without a scheme it is https, and a host as one writes it: with a dot, a port, or localhost. Null for everything else, such as an address with a path: it would not say what it seems to.
 */
export function readOrigin(typed: string): string | null {
  const text = typed.trim().toLowerCase();
  const [, scheme, wildcard = '', host = ''] =
    /^(?:(https?):\/\/)?(\*\.)?([^/*\s@?#\\]+)\/?$/.exec(text) ?? [];
  // A word alone is no host that somebody meant.
  if (scheme === undefined && host !== 'localhost' && !/[.:]/.test(host)) return null;
  const url = URL.parse(`${scheme ?? 'https'}://${host}`);
  if (url === null || url.pathname !== '/' || url.host === '') return null;
  // What a policy would read as its own punctuation, or as nothing.
  if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d+)?$/.test(url.host)) return null;
  return `${url.protocol}//${wildcard}${url.host}`;
}
