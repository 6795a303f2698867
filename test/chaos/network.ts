/**
 * A bad network between clients and an engine, the same for the same seed: bytes are late, come one by one, stop coming, or
 * end in the middle of anything.
 *
 * Each chunk of each direction meets its fate in turn, so order is kept and only completeness is not. Where a connection is
 * cut is drawn by class of place (before a frame, in its header, in its length, in its body, one byte before its end, after
 * it), because a uniform draw would hardly ever hit the small ones. `calm()` ends the misfortunes of present and future.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Whole numbers from 0 to `below` - 1. */
export type Random = (below: number) => number;
export type Fate = 'pass' | 'late' | 'dribble' | 'cut' | 'halfClose' | 'silence';

/** Out of a hundred chunks. */
const WEIGHTS: [Fate, number][] = [
  ['pass', 66],
  ['late', 14],
  ['dribble', 8],
  ['cut', 7],
  ['halfClose', 2],
  ['silence', 3],
];
const LATE_MS = 200;
const SILENCE_MS = 1_200;

export class BadNetwork {
  readonly counts: Record<Fate, number> = { pass: 0, late: 0, dribble: 0, cut: 0, halfClose: 0, silence: 0 };
  #server: Server;
  #random: Random;
  #sockets = new Set<Socket>();
  #calm = false;

  constructor(targetPort: number, random: Random) {
    this.#random = random;
    this.#server = createServer((near) => {
      const far = connect(targetPort, '127.0.0.1');
      this.#carry(near, far);
      this.#carry(far, near);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  calm(): void {
    this.#calm = true;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #carry(from: Socket, to: Socket): void {
    from.setNoDelay(true);
    this.#sockets.add(from);
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    let turn = Promise.resolve();
    from.on('data', (chunk) => {
      turn = turn.then(() => (to.destroyed ? undefined : this.#meet(chunk, from, to)));
    });
    from.on('end', () => void turn.then(() => to.end()));
  }

  async #meet(chunk: Buffer, from: Socket, to: Socket): Promise<void> {
    const fate = this.#calm ? 'pass' : this.#draw();
    this.counts[fate]++;
    switch (fate) {
      case 'pass':
        return void to.write(chunk);
      case 'late':
        await pause(this.#random(LATE_MS));
        return void to.write(chunk);
      case 'dribble':
        return this.#dribble(chunk, to);
      case 'cut':
        to.write(chunk.subarray(0, this.#placeIn(chunk.length)), () => {
          to.resetAndDestroy();
          from.resetAndDestroy();
        });
        return;
      case 'halfClose':
        to.write(chunk.subarray(0, this.#placeIn(chunk.length)));
        to.end();
        await pause(this.#random(SILENCE_MS));
        return void from.destroy();
      case 'silence':
        await pause(this.#random(SILENCE_MS));
        to.resetAndDestroy();
        return void from.destroy();
    }
  }

  /** The first bytes one by one, where headers are, then the rest in pieces. */
  async #dribble(chunk: Buffer, to: Socket): Promise<void> {
    for (let at = 0; at < chunk.length && !to.destroyed;) {
      const length = at < 16 ? 1 : 1 + this.#random(chunk.length);
      to.write(chunk.subarray(at, at + length));
      at += length;
      await new Promise((done) => setImmediate(done));
    }
  }

  #placeIn(length: number): number {
    const places = [0, 1, 2, 3 + this.#random(8), this.#random(length + 1), length - 1, length];
    return Math.max(0, Math.min(length, places[this.#random(places.length)]!));
  }

  #draw(): Fate {
    let drawn = this.#random(100);
    for (const [fate, weight] of WEIGHTS) if ((drawn -= weight) < 0) return fate;
    return 'pass';
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
