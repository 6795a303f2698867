/**
 * Engines in processes of their own, started by their real command, with the bench app pushed by the real CLI. The push
 * happens once; rows that write start from a copy of that folder, rows that read run on a seeded one in place.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import {
  convex,
  type EngineProcess,
  removeFolder,
  startEngineProcess,
  temporaryFolder,
} from '../../test/engine/cliSupport.ts';
import { endWithUs } from './child.ts';
import { SyncClient } from './syncClient.ts';

export interface BenchEngine extends EngineProcess {
  /** Stops the process and removes its data. */
  dispose(): Promise<void>;
}

const COMMAND = join(import.meta.dirname, '../../engine/cli/main.mjs');
const APP = join(import.meta.dirname, '../app');
const FILL_BATCH = 2_000;
export const ROOMS = 60;
export const BODY = 'x'.repeat(800);

export async function startOn(dataDir: string): Promise<EngineProcess> {
  const engine = await startEngineProcess(dataDir, [], { script: COMMAND });
  endWithUs(engine.child);
  return engine;
}

export class Engines {
  readonly #seeded = new Map<number, Promise<string>>();

  /** An engine on an empty database of its own. */
  async start(): Promise<BenchEngine> {
    const dataDir = await this.copyOfEmpty();
    const engine = await startOn(dataDir);
    return {
      ...engine,
      async dispose() {
        await engine.stop();
        removeFolder(dataDir);
      },
    };
  }

  /** A data folder of the caller's own, with the app and no documents; nothing runs on it. */
  async copyOfEmpty(): Promise<string> {
    const dataDir = temporaryFolder('bench');
    cpSync(await this.seeded(0), dataDir, { recursive: true });
    return dataDir;
  }

  /** A data folder with `documents` events, shared: for one engine at a time, and to read only. */
  seeded(documents: number): Promise<string> {
    const made = this.#seeded.get(documents) ?? (documents === 0 ? this.#deploy() : this.#seed(documents));
    this.#seeded.set(documents, made);
    return made;
  }

  async close(): Promise<void> {
    for (const dir of await Promise.all(this.#seeded.values())) removeFolder(dir);
  }

  async #deploy(): Promise<string> {
    const dataDir = temporaryFolder('bench');
    const engine = await startOn(dataDir);
    const flags = ['--typecheck', 'disable', '--codegen', 'disable'];
    const { code, stdout, stderr } = await convex(engine, APP, ['deploy', ...flags]);
    if (code !== 0) throw new Error(`The bench app could not be deployed:\n${stdout}${stderr}`);
    await engine.stop();
    return dataDir;
  }

  async #seed(documents: number): Promise<string> {
    const dataDir = await this.copyOfEmpty();
    const engine = await startOn(dataDir);
    await fill(engine.url, 'events:fill', documents, { rooms: ROOMS, body: BODY });
    await engine.stop();
    return dataDir;
  }
}

/** Calls a seeding mutation until `count` documents are there. */
export async function fill(url: string, path: string, count: number, args: object): Promise<void> {
  const client = await SyncClient.open(url);
  for (let from = 0; from < count; from += FILL_BATCH) {
    await client.mutate(path, { from, count: Math.min(FILL_BATCH, count - from), ...args });
  }
  client.close();
}
