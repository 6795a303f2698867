/** Conditional requests (RFC 9110 §13): whether there is anything to send. */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import fresh from 'fresh';

/** Whether the client has already what would be answered with these headers (`etag`, `last-modified`): 304 then. */
export function isKnownToClient(request: IncomingMessage, headers: OutgoingHttpHeaders): boolean {
  // A request's `no-cache` speaks to caches; `fresh` would send all of it again. `fetch` adds it to whatever names a tag.
  return fresh({ ...request.headers, 'cache-control': undefined }, headers);
}
