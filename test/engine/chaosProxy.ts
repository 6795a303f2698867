/** A TCP proxy that can cut all its connections at once: what a network does to a socket. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class ChaosProxy {
  #server: Server;
  #sockets = new Set<Socket>();
  cuts = 0;

  constructor(targetPort: number) {
    this.#server = createServer((near) => {
      const far = connect(targetPort, '127.0.0.1');
      for (const [a, b] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(a);
        a.on('error', () => {});
        a.on('close', () => {
          this.#sockets.delete(a);
          b.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends every connection without a goodbye; what is under way is lost. */
  cut(): void {
    this.cuts++;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }
}
