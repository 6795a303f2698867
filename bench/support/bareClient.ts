/** A client of a bare server: requests with ids, and frames without one for whoever listens. As light as SyncClient. */
import { RawSocket } from './rawSocket.ts';

const ANSWER = '{"id":';

export class BareClient {
  /** Called with each frame that answers nothing. */
  onFrame: (frame: Buffer) => void = () => {};
  readonly #socket: RawSocket;
  readonly #waiting = new Map<
    number,
    { resolve: (answer: string) => void; reject: (error: Error) => void }
  >();
  #nextId = 0;

  static async open(port: number): Promise<BareClient> {
    return new BareClient(await RawSocket.open(`http://127.0.0.1:${port}/`));
  }

  constructor(socket: RawSocket) {
    this.#socket = socket;
    socket.onFrame = (frame) => this.#receive(frame);
    socket.onClose = () => {
      for (const { reject } of this.#waiting.values())
        reject(new Error('The bare server closed the socket.'));
    };
  }

  /** Resolves with the text of the answer. */
  ask(request: object): Promise<string> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, ...request }));
    });
  }

  tell(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#waiting.clear();
    this.#socket.close();
  }

  #receive(frame: Buffer): void {
    if (!frame.toString('latin1', 0, ANSWER.length).startsWith(ANSWER)) return this.onFrame(frame);
    const text = frame.toString();
    const id = Number.parseInt(text.slice(ANSWER.length), 10);
    this.#waiting.get(id)?.resolve(text);
    this.#waiting.delete(id);
  }
}
