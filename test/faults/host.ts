/** Engines whose inside can be asked, and processes full of clients. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { EngineProcess } from '../engine/cliSupport.ts';
import { later, startEngine } from './support.ts';
import type { SwarmOrder, SwarmReport } from './swarm.ts';

export interface Inside {
  /** Query runs since the start. */
  queries: number;
  rss: number;
  heapUsed: number;
  external: number;
  /** Open connections. */
  sockets: number;
  /** Distinct live queries. */
  live: number;
}

export async function startHost(
  dataDir: string,
  flags: string[] = [],
  options: object = {},
): Promise<EngineProcess & { inside(collect?: boolean): Promise<Inside> }> {
  const engine = await startEngine(dataDir, flags, {
    script: join(import.meta.dirname, 'engineHost.ts'),
    nodeFlags: ['--expose-gc'],
    env: { ENGINE_HOST: JSON.stringify(options) },
  });
  later(() => engine.stop('SIGKILL'));
  return {
    ...engine,
    inside(collect = false) {
      return new Promise((resolve) => {
        engine.child.once('message', (inside) => resolve(inside as Inside));
        engine.child.send({ collect });
      });
    },
  };
}

/** A process with many clients in it. */
export class Swarm {
  readonly process: ChildProcess;
  #waiting: ((report: SwarmReport) => void)[] = [];

  constructor() {
    this.process = fork(join(import.meta.dirname, 'swarm.ts'));
    this.process.on('message', (report) => this.#waiting.shift()!(report as SwarmReport));
    later(() => this.process.kill('SIGKILL'));
  }

  ask(order: SwarmOrder): Promise<SwarmReport> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.process.send(order);
    });
  }
}
