/**
 * What every answer of a port carries (H23): that its type is not to be guessed, and whatever headers the host asks for. They
 * are set before anybody looks at the request, so no route can forget them, and what an answer says of itself wins.
 */
import type { OutgoingHttpHeaders, Server } from 'node:http';
import { urlOf } from './url.ts';

/** The host's headers for one request, such as a content security policy. Called for each: no work that can be felt. */
export type AnswerHeaders = (asked: { port: 'main' | 'site'; url: URL }) => OutgoingHttpHeaders;

export function addHeaders(server: Server, port: 'main' | 'site', headers: AnswerHeaders): void {
  server.prependListener('request', ({ url: target }, response) => {
    response.setHeader('x-content-type-options', 'nosniff');
    const url = urlOf(target) ?? new URL('http://localhost/');
    for (const [name, value] of Object.entries(headers({ port, url })))
      if (value !== undefined) response.setHeader(name, value);
  });
}
