/**
 * A WebSocket client with next to no cost of its own: a thousand of them must be cheaper than the server they load. It
 * speaks what a server may send to it: unmasked frames of text, pings, a close.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

export class RawSocket {
  /** Called with each text frame's bytes, valid only during the call. */
  onFrame: (frame: Buffer) => void = () => {};
  onClose: () => void = () => {};
  readonly #socket: Socket;
  #rest: Buffer | null = null;

  static open(url: string): Promise<RawSocket> {
    const { hostname, port, pathname } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('data', (reply: Buffer) => {
        const end = reply.indexOf('\r\n\r\n');
        if (!reply.toString('latin1', 0, 12).endsWith(' 101') || end < 0) {
          return reject(new Error(`No upgrade: ${reply.toString('latin1', 0, 200)}`));
        }
        resolve(new RawSocket(socket, reply.subarray(end + 4)));
      });
    });
  }

  constructor(socket: Socket, head: Buffer) {
    this.#socket = socket;
    socket.removeAllListeners('error');
    socket.on('error', () => {});
    socket.on('close', () => this.onClose());
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    if (head.length > 0) queueMicrotask(() => this.#read(head));
  }

  send(text: string): void {
    this.#write(TEXT, Buffer.from(text));
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Clients must mask; a mask of zeros leaves the bytes as they are. */
  #write(opcode: number, payload: Buffer): void {
    const { length } = payload;
    const header = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
    header[0] = 0x80 | opcode;
    header[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
    if (header.length === 8) header.writeUInt16BE(length, 2);
    if (header.length === 14) header.writeBigUInt64BE(BigInt(length), 2);
    this.#socket.write(Buffer.concat([header, payload]));
  }

  #read(chunk: Buffer): void {
    let data = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    while (data.length >= 2) {
      const short = data[1]! & 0x7f;
      const start = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (data.length < start) break;
      const length =
        short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
      if (data.length < start + length) break;
      this.#handle(data[0]! & 0x0f, data.subarray(start, start + length));
      data = data.subarray(start + length);
    }
    this.#rest = data.length === 0 ? null : data;
  }

  #handle(opcode: number, payload: Buffer): void {
    if (opcode === TEXT) this.onFrame(payload);
    else if (opcode === PING) this.#write(PONG, payload);
    else if (opcode === CLOSE) this.close();
  }
}
