/**
 * Who hangs up in the middle of a request is told nothing (H9). Node would write an answer to each that has gone, and make errors with
 * their stacks: of a thousand that go together that is a good part of what they cost. What else is no request is answered as Node
 * answers it.
 */
import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const ANSWERS: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};
const OTHERWISE = '400 Bad Request';
/** It ended where there was more to come. */
const HUNG_UP = 'HPE_INVALID_EOF_STATE';

export function endHangUps(server: Server): void {
  /** To the newest request of a socket. */
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (request, response) => answers.set(request.socket, response));
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
    const answer = answers.get(socket);
    const hasBegun = answer?.headersSent === true && !answer.writableFinished;
    if (code !== HUNG_UP && socket.writable && !hasBegun)
      socket.write(`HTTP/1.1 ${ANSWERS[code] ?? OTHERWISE}\r\nConnection: close\r\n\r\n`);
    // In this order: a request whose socket is gone ends without an error.
    socket.destroy();
    if (answer?.req.complete === false) answer.req.destroy();
  });
}
