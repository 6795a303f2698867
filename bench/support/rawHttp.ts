/**
 * One kept-alive HTTP connection, one request at a time, with next to no cost of its own. It reads what engine and
 * bare servers answer: a status, and a body of a known length or in chunks.
 */
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');

export class RawHttp {
  readonly #socket: Socket;
  readonly #host: string;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (body: string) => void; reject: (error: Error) => void } | null = null;

  static open(url: string): Promise<RawHttp> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawHttp(socket, `${hostname}:${port}`)));
    });
  }

  constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('close', () => this.#waiting?.reject(new Error('The server closed the connection.')));
  }

  /** Answers the body; throws for any status that is no success. `head`: further lines, each with its line end. */
  post(path: string, json: object, head = ''): Promise<string> {
    // Who was silent for long has been closed by the server, and would wait for ever.
    if (this.#socket.destroyed) return Promise.reject(new Error('The server closed the connection.'));
    const body = JSON.stringify(json);
    this.#socket.write(
      `POST ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${head}Content-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}${HEAD_END}${body}`,
    );
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  close(): void {
    this.#waiting = null;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    const data = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    this.#received = data;
    const headEnd = data.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = data.toString('latin1', 0, headEnd + 2);
    const bodyAt = headEnd + HEAD_END.length;
    const length = LENGTH.exec(head)?.[1];
    const isWhole =
      length === undefined
        ? data.subarray(headEnd).includes(LAST_CHUNK)
        : data.length >= bodyAt + Number(length);
    if (!isWhole) return;
    this.#received = Buffer.alloc(0);
    const waiting = this.#waiting;
    this.#waiting = null;
    const body = length === undefined ? unchunked(data.subarray(bodyAt)) : data.toString('utf8', bodyAt);
    if (head.startsWith('HTTP/1.1 2')) waiting?.resolve(body);
    else waiting?.reject(new Error(head + body));
  }
}

function unchunked(data: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = data.indexOf('\r\n', at);
    const size = Number.parseInt(data.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(parts).toString();
    parts.push(data.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

/** Calls a function of the engine; answers the text of the reply. */
export async function callOver(
  http: RawHttp,
  kind: 'query' | 'mutation' | 'action',
  path: string,
  args: object,
): Promise<string> {
  const reply = await http.post(`/api/${kind}`, { path, args, format: 'convex_encoded_json' });
  if (!reply.startsWith('{"status":"success"')) throw new Error(reply);
  return reply;
}
