/** The sync protocol on a raw socket: enough to subscribe, to call mutations and to wait for results. */
import { randomUUID } from 'node:crypto';
import { RawSocket } from './rawSocket.ts';

export interface Watched {
  path: string;
  args: object;
}

const RESPONSE = '{"type":"MutationResponse"';
const FAILED = '"success":false';

export class SyncClient {
  readonly socket: RawSocket;
  /** Called with each Transition. */
  onTransition: (frame: Buffer) => void = () => {};
  #nextRequest = 0;
  #querySet = 0;
  #nextQuery = 0;
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();

  static async open(engineUrl: string): Promise<SyncClient> {
    const socket = await RawSocket.open(`${engineUrl}/api/1.48.0/sync`);
    return new SyncClient(socket);
  }

  constructor(socket: RawSocket) {
    this.socket = socket;
    socket.onFrame = (frame) => this.#receive(frame);
    socket.onClose = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The engine closed the socket.'));
    };
    socket.send(
      JSON.stringify({
        type: 'Connect',
        sessionId: randomUUID(),
        connectionCount: 0,
        lastCloseReason: 'InitialConnect',
        clientTs: Date.now(),
      }),
    );
  }

  /** Subscribes and resolves with the first Transition that answers. */
  watch(queries: Watched[]): Promise<void> {
    const modifications = queries.map(({ path, args }) => ({
      type: 'Add',
      queryId: this.#nextQuery++,
      udfPath: path,
      args: [args],
    }));
    const baseVersion = this.#querySet++;
    this.socket.send(
      JSON.stringify({ type: 'ModifyQuerySet', baseVersion, newVersion: this.#querySet, modifications }),
    );
    return new Promise((resolve, reject) => {
      const before = this.onTransition;
      this.onTransition = (frame) => {
        this.onTransition = before;
        if (frame.includes('"QueryFailed"')) reject(new Error(frame.toString()));
        else resolve();
      };
    });
  }

  /** Resolves when the engine says that the mutation is durable. */
  mutate(path: string, args: object): Promise<void> {
    const requestId = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(requestId, { resolve, reject });
      this.socket.send(JSON.stringify({ type: 'Mutation', requestId, udfPath: path, args: [args] }));
    });
  }

  close(): void {
    this.#waiting.clear();
    this.socket.close();
  }

  #receive(frame: Buffer): void {
    const start = frame.toString('latin1', 0, 80);
    if (start.startsWith('{"type":"Transition"')) return this.onTransition(frame);
    if (!start.startsWith(RESPONSE)) return;
    const requestId = Number(/"requestId":(\d+)/.exec(start)![1]);
    const waiting = this.#waiting.get(requestId);
    this.#waiting.delete(requestId);
    if (start.includes(FAILED)) waiting?.reject(new Error(frame.toString()));
    else waiting?.resolve();
  }
}
