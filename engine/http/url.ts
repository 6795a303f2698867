/** The path and query a request asks for. */

/** Null when it cannot be parsed. Only the path counts: a target such as "//host/x" must not be taken for another origin. */
export function urlOf(target = '/'): URL | null {
  return URL.parse(`http://localhost${target.startsWith('/') ? target : `/${target}`}`);
}
