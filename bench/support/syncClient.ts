/** The sync protocol on a raw socket: enough to subscribe, to call functions and to wait for results. */
import { randomUUID } from 'node:crypto';
import { RawSocket } from './rawSocket.ts';

interface Updated {
  queryId: number;
  value?: unknown;
}

export interface Watched {
  path: string;
  args: object;
}

const TRANSITION = '{"type":"Transition"';
const RESPONSE = /^\{"type":"(?:Mutation|Action)Response","requestId":(\d+),"success":(true|false)/;
const HEAD = 80;

export class SyncClient {
  /** Called with each Transition. */
  onTransition: (frame: Buffer) => void = () => {};
  readonly #socket: RawSocket;
  #nextRequest = 0;
  #querySet = 0;
  #identity = 0;
  #nextQuery = 0;
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();

  static async open(engineUrl: string): Promise<SyncClient> {
    const socket = await RawSocket.open(`${engineUrl}/api/1.49.0/sync`);
    return new SyncClient(socket);
  }

  constructor(socket: RawSocket) {
    this.#socket = socket;
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

  /** Subscribes; answers the queries' ids. */
  add(queries: readonly Watched[]): number[] {
    const ids = queries.map(() => this.#nextQuery++);
    const modifications = queries.map(({ path, args }, at) => {
      return { type: 'Add', queryId: ids[at], udfPath: path, args: [args] };
    });
    this.#modify(modifications);
    return ids;
  }

  remove(queryIds: readonly number[]): void {
    this.#modify(queryIds.map((queryId) => ({ type: 'Remove', queryId })));
  }

  /** Who calls from here on. */
  authenticate(token: string): void {
    const message = { type: 'Authenticate', baseVersion: this.#identity++, tokenType: 'User', value: token };
    this.#socket.send(JSON.stringify(message));
  }

  /** Resolves with their values and lets go of them. */
  async ask<Values extends unknown[]>(queries: readonly Watched[]): Promise<Values> {
    const first = this.#nextQuery;
    const values = await this.open<Values>(queries);
    this.remove(queries.map((_, at) => first + at));
    return values;
  }

  /** Subscribes and resolves with everybody's first value, in their order; rejects when one fails. */
  open<Values extends unknown[]>(queries: readonly Watched[]): Promise<Values> {
    const values = new Map<number, unknown>();
    let ids: number[] = [];
    const answered = this.transition((frame) => {
      const { modifications } = JSON.parse(frame.toString()) as { modifications: Updated[] };
      for (const { queryId, value } of modifications) values.set(queryId, value);
      return ids.every((id) => values.has(id));
    });
    ids = this.add(queries);
    return answered.then(() => ids.map((id) => values.get(id)) as Values);
  }

  /** Subscribes and resolves with the first Transition that answers. */
  watch(queries: readonly Watched[]): Promise<void> {
    const answered = this.transition((frame) => frame.includes('"Query'));
    this.add(queries);
    return answered;
  }

  /** Resolves with the first Transition that is the one; rejects when a query fails before. */
  transition(isTheOne: (frame: Buffer) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const before = this.onTransition;
      this.onTransition = (frame) => {
        if (frame.includes('"QueryFailed"')) reject(new Error(frame.toString()));
        if (!isTheOne(frame)) return;
        this.onTransition = before;
        resolve();
      };
    });
  }

  /** Resolves when the engine says that the mutation is durable. */
  mutate(path: string, args: object): Promise<void> {
    return this.#call('Mutation', path, args);
  }

  act(path: string, args: object): Promise<void> {
    return this.#call('Action', path, args);
  }

  close(): void {
    this.#waiting.clear();
    this.#socket.close();
  }

  #call(type: 'Mutation' | 'Action', udfPath: string, args: object): Promise<void> {
    const requestId = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(requestId, { resolve, reject });
      this.#socket.send(JSON.stringify({ type, requestId, udfPath, args: [args] }));
    });
  }

  #modify(modifications: object[]): void {
    const baseVersion = this.#querySet++;
    const message = { type: 'ModifyQuerySet', baseVersion, newVersion: this.#querySet, modifications };
    this.#socket.send(JSON.stringify(message));
  }

  #receive(frame: Buffer): void {
    const head = frame.toString('latin1', 0, HEAD);
    if (head.startsWith(TRANSITION)) return this.onTransition(frame);
    const [, requestId, success] = RESPONSE.exec(head) ?? [];
    const waiting = this.#waiting.get(Number(requestId));
    this.#waiting.delete(Number(requestId));
    if (success === 'false') waiting?.reject(new Error(frame.toString()));
    else waiting?.resolve();
  }
}
