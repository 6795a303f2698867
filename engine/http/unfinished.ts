/**
 * Request bodies on their way in: bounded in number, in memory and in time (H9).
 *
 * Anybody can begin a body and never end it. When too many are open or hold too much together, the one that began first is
 * given up with 408: whoever really sends is through long before it is the oldest. Strangers, people who have shown a token,
 * and the callers of HTTP actions stand in rooms of their own, so that none can crowd out another.
 */
import type { IncomingMessage } from 'node:http';
import { HttpError } from '../values/errors.ts';
import { LARGE, readTurns, type Sender } from '../turns/largeTurns.ts';

export interface RoomLimits {
  /** Bodies open at once. */
  bodies: number;
  /** Bytes they hold together. */
  bytes: number;
  /** Time without a byte after which one is given up, ms. */
  idleMs: number;
  /** Time for a whole body, ms. */
  totalMs: number;
}

interface Body {
  bytes: number;
  giveUp: (error: HttpError) => void;
}

export class Room {
  readonly #limits: RoomLimits;
  /** Oldest first. */
  readonly #open = new Set<Body>();
  #bytes = 0;

  constructor(limits: RoomLimits) {
    this.#limits = limits;
  }

  get size(): { bodies: number; bytes: number } {
    return { bodies: this.#open.size, bytes: this.#bytes };
  }

  /** The whole body of `sender`. Throws HttpError 413 as soon as it is longer than `maxBytes`, 408 when it does not come. */
  read(request: IncomingMessage, maxBytes: number, sender: Sender): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (Number(request.headers['content-length'] ?? 0) > maxBytes) return reject(tooLarge(maxBytes));
      const chunks: Buffer[] = [];
      const body: Body = { bytes: 0, giveUp: (error) => settle(() => reject(error)) };
      const slow = (): void => body.giveUp(late('The body of the request did not come in time.'));
      const total = setTimeout(slow, this.#limits.totalMs).unref();
      const idle = setTimeout(slow, this.#limits.idleMs).unref();
      const taken = (chunk: Buffer): void => {
        if (body.bytes + chunk.length > maxBytes) return body.giveUp(tooLarge(maxBytes));
        chunks.push(chunk);
        idle.refresh();
        this.#grow(body, chunk.length);
        if (body.bytes > LARGE) readTurns.took(request, chunk.length, sender);
      };
      const ended = (): void => settle(() => resolve(Buffer.concat(chunks)));
      const gone = (): void =>
        body.giveUp(late('The client closed the connection before the body was complete.'));
      const settle = (answer: () => void): void => {
        if (!this.#open.delete(body)) return;
        this.#bytes -= body.bytes;
        clearTimeout(total);
        clearTimeout(idle);
        readTurns.forget(request, sender);
        request.off('data', taken).off('end', ended).off('close', gone).pause();
        answer();
      };
      this.#open.add(body);
      request.on('data', taken).once('end', ended).once('close', gone).once('error', gone);
      this.#makeRoom();
    });
  }

  #grow(body: Body, bytes: number): void {
    body.bytes += bytes;
    this.#bytes += bytes;
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (const oldest of this.#open) {
      if (this.#open.size <= this.#limits.bodies && this.#bytes <= this.#limits.bytes) return;
      oldest.giveUp(late('Too many requests are waiting for their bodies; send this one again.'));
    }
  }
}

function late(message: string): HttpError {
  return new HttpError(408, 'ClientDisconnect', message);
}

export function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, 'RequestTooLarge', `The request body is larger than ${maxBytes} bytes.`);
}
