/**
 * The WebSocket side of sync: upgrades, frames in and out, keep-alive, and the limits that protect everyone else.
 *
 * Promises: a frame above the size limit closes with 1009, broken UTF-8 with 1007, a broken frame with 1002, always only
 * the offender; a peer that stops reading holds a bounded amount of memory and is dropped after `stuckMs`; a peer that
 * stays silent (no pong either) is dropped after `silentMs`. One timer serves all sockets.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ClientAddress } from '../auth/clientAddress.ts';
import { LARGE, readTurns, type Sender, type Source, turnOfItsOwn } from '../turns/largeTurns.ts';
import { sourceOf } from '../turns/sources.ts';
import { EDGES } from '../values/edges.ts';
import { PING } from './frames.ts';
import { ProtocolError } from './protocol.ts';
import { Session, type SyncBackend, type Transport } from './session.ts';
import { textFrame, type FrameParts } from './textFrame.ts';

export interface SyncLimits {
  maxFrameBytes: number;
  /** Of whoever is signed in, and is no administrator. */
  maxCallerBytes: number;
  /** Of whoever has shown no valid token. */
  maxStrangerBytes: number;
  /** Unsent bytes a socket may hold before it is dropped; Transitions stop long before. */
  maxUnsentBytes: number;
  pingAfterMs: number;
  probeAfterMs: number;
  silentMs: number;
  stuckMs: number;
  sweepMs: number;
}

const LIMITS: SyncLimits = {
  maxFrameBytes: EDGES.adminFrame.most,
  maxCallerBytes: EDGES.callerFrame.most,
  maxStrangerBytes: EDGES.strangerFrame.most,
  maxUnsentBytes: 8 * 1024 * 1024,
  pingAfterMs: 15_000,
  probeAfterMs: 30_000,
  silentMs: 120_000,
  stuckMs: 45_000,
  sweepMs: 1_000,
};

/** The most that is read from a socket at once. */
const READ_BYTES = 64 * 1024;

const SYNC_PATH = /^\/api\/(?:\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?\/)?sync$/;

export class SyncEndpoint {
  #backend: SyncBackend;
  #clientOf: ClientAddress;
  #limits: SyncLimits;
  #server: WebSocketServer;
  #connections = new Set<Connection>();
  #bursts = new Bursts();
  #sweeper: NodeJS.Timeout;

  constructor(backend: SyncBackend, clientOf: ClientAddress, limits: Partial<SyncLimits> = {}) {
    this.#backend = backend;
    this.#clientOf = clientOf;
    this.#limits = { ...LIMITS, ...limits };
    const { maxFrameBytes } = this.#limits;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: maxFrameBytes,
    });
    this.#sweeper = setInterval(() => this.#sweep(), this.#limits.sweepMs).unref();
  }

  get size(): number {
    return this.#connections.size;
  }

  serves(path: string): boolean {
    return SYNC_PATH.test(path);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      const ip = this.#clientOf(request);
      const connection = new Connection(
        ws,
        socket,
        { request, ip },
        this.#backend,
        this.#limits,
        this.#bursts,
      );
      this.#connections.add(connection);
      ws.on('close', () => this.#connections.delete(connection));
    });
  }

  /** Tells every client to come back later and waits until they are gone, at most `graceMs`. */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#sweeper);
    const deadline = Date.now() + graceMs;
    for (const connection of this.#connections) connection.close(1001, 'ServerShutdown');
    while (this.#connections.size > 0 && Date.now() < deadline)
      await new Promise((done) => setTimeout(done, 10));
    for (const connection of this.#connections) connection.drop();
  }

  /** Ends the sessions of administrators, whose key is no longer valid. */
  dropAdmins(): void {
    for (const connection of this.#connections)
      if (connection.isAdmin) connection.close(1008, 'AdminKeyRotated');
  }

  #sweep(): void {
    const now = Date.now();
    for (const connection of this.#connections) connection.sweep(now);
  }
}

/**
 * Frames leave when everything that is to be said now has been said, those for many sockets in a row. With work in between,
 * each write would find its reader asleep and pay for waking it.
 */
class Bursts {
  #holding: Connection[] = [];

  /** Calls the connection's `release` at the end of this turn. */
  hold(connection: Connection): void {
    if (this.#holding.length === 0) process.nextTick(() => this.#release());
    this.#holding.push(connection);
  }

  #release(): void {
    const holding = this.#holding;
    this.#holding = [];
    for (const connection of holding) connection.release();
  }
}

class Connection implements Transport {
  readonly ip: string | null;
  readonly userAgent: string | null;
  #ws: WebSocket;
  #socket: Duplex;
  #limits: SyncLimits;
  #bursts: Bursts;
  #session: Session;
  #sentAtMs = Date.now();
  #heardAtMs = Date.now();
  #probedAtMs = 0;
  /** Frames of this turn, and who is told when they have left. */
  #held: Buffer | null = null;
  #flushed: (() => void)[] = [];
  /** As it is read: not on while something large of it waits. */
  readonly #source: Source = {
    pause: () => this.#ws.pause(),
    resume: () => {
      if (this.#line.length === 0) this.#ws.resume();
    },
  };
  /** Frames that have come and were not looked at. */
  #line: Buffer[] = [];
  /** Of the message that is on its way. */
  #arrivingBytes = 0;
  #isRefused = false;
  /** When the oldest unsent byte began to wait or the last one left. */
  #progressAtMs = Date.now();

  constructor(
    ws: WebSocket,
    socket: Duplex,
    { request, ip }: { request: IncomingMessage; ip: string | null },
    backend: SyncBackend,
    limits: SyncLimits,
    bursts: Bursts,
  ) {
    this.#ws = ws;
    this.#socket = socket;
    this.#limits = limits;
    this.#bursts = bursts;
    this.ip = ip;
    this.userAgent = request.headers['user-agent'] ?? null;
    this.#session = new Session(backend, this);
    // Before `ws` hears of it: it would gather a whole frame first.
    socket.prependListener('data', (chunk: Buffer) => this.#arriving(chunk.length));
    ws.on('message', (data, isBinary) => {
      this.#heardAtMs = Date.now();
      this.#arrivingBytes = 0;
      if (this.#isRefused) return;
      if ((data as Buffer).length > this.#mostBytes()) return this.#refuse(1009, 'TooLong');
      if (isBinary)
        this.#session.misuse(new ProtocolError('WSMessageInvalid', 'Binary frames are not used.'));
      else this.#receive(data as Buffer);
    });
    ws.on('pong', () => (this.#heardAtMs = Date.now()));
    ws.on('ping', () => (this.#heardAtMs = Date.now()));
    ws.on('error', () => {}); // broken frames and resets; ws closes with the fitting code by itself
    ws.on('close', () => this.#session.closed());
  }

  get isAdmin(): boolean {
    return this.#session.isAdmin;
  }

  /** In the order they came: what follows a large one waits with it for its turn. */
  #receive(frame: Buffer): void {
    if (this.#line.push(frame) > 1) return;
    if (frame.length > LARGE) void this.#takeTurn();
    else this.#takeFirst();
  }

  async #takeTurn(): Promise<void> {
    this.#ws.pause();
    while (this.#line.length > 0) {
      if (this.#line[0]!.length > LARGE) await turnOfItsOwn();
      this.#takeFirst();
    }
    this.#ws.resume();
  }

  #takeFirst(): void {
    const frame = this.#line[0]!;
    this.#session.receive(frame.toString());
    this.#line.shift();
  }

  send(parts: FrameParts, flushed?: () => void): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    const waiting = this.bufferedAmount();
    if (waiting > this.#limits.maxUnsentBytes) return this.drop();
    const now = Date.now();
    this.#sentAtMs = now;
    if (waiting === 0) this.#progressAtMs = now;
    const frame = textFrame(parts);
    if (this.#held === null) {
      this.#held = frame;
      this.#bursts.hold(this);
    } else {
      this.#held = Buffer.concat([this.#held, frame]);
    }
    if (flushed !== undefined) this.#flushed.push(flushed);
  }

  /** Writes what is held. Nothing follows a close frame: what a peer is sent that has gone meanwhile goes with it. */
  release(): void {
    const [frames, flushed] = [this.#held, this.#flushed];
    if (frames === null) return;
    this.#held = null;
    if (flushed.length > 0) this.#flushed = [];
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    this.#socket.write(frames);
    if (this.#socket.writableLength === 0) return this.#left(flushed);
    // The peer is slow: an empty write behind it hears when it has left.
    this.#socket.write('', (error) => {
      if (!error) this.#left(flushed);
    });
  }

  #left(flushed: (() => void)[]): void {
    this.#progressAtMs = Date.now();
    for (const tell of flushed) tell();
  }

  #arriving(bytes: number): void {
    this.#arrivingBytes += bytes;
    // What came with the end of the message before counts, too.
    if (this.#arrivingBytes > this.#mostBytes() + READ_BYTES) this.#refuse(1009, 'TooLong');
    else if (this.#arrivingBytes > LARGE) readTurns.took(this.#source, bytes, this.#sender());
  }

  /** Whose pace it is read at. */
  #sender(): Sender {
    return this.#session.isAdmin ? null : sourceOf(this.ip);
  }

  #mostBytes(): number {
    const { maxStrangerBytes, maxCallerBytes, maxFrameBytes } = this.#limits;
    if (this.#session.isAdmin) return maxFrameBytes;
    return this.#session.isStranger ? maxStrangerBytes : maxCallerBytes;
  }

  /** Says why and hangs up: what is still on its way, and the message that it was the end of, is not taken. */
  #refuse(code: number, reason: string): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.close(code, reason);
    setImmediate(() => this.drop());
  }

  close(code: number, reason: string): void {
    this.release();
    this.#ws.close(code, reason);
  }

  drop(): void {
    this.#ws.terminate();
  }

  bufferedAmount(): number {
    return (this.#held?.length ?? 0) + this.#ws.bufferedAmount;
  }

  sweep(now: number): void {
    const { pingAfterMs, probeAfterMs, silentMs, stuckMs } = this.#limits;
    const stuck = this.bufferedAmount() > 0;
    if (now - this.#heardAtMs > silentMs || (stuck && now - this.#progressAtMs > stuckMs)) return this.drop();
    if (stuck) return;
    if (now - this.#sentAtMs >= pingAfterMs) this.send([PING]);
    if (
      now - Math.max(this.#heardAtMs, this.#probedAtMs) >= probeAfterMs &&
      this.#ws.readyState === this.#ws.OPEN
    ) {
      this.#probedAtMs = now;
      this.#ws.ping();
    }
  }
}
