/**
 * Engines in processes of their own, with the bench app pushed by the real CLI. The push happens once; every row starts
 * from a copy of that data folder, or of one that holds documents already.
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
import { SyncClient } from './syncClient.ts';

export interface BenchEngine extends EngineProcess {
  dataDir: string;
  /** Stops the process and removes its data. */
  dispose(): Promise<void>;
}

const FILL_BATCH = 500;
export const ROOMS = 60;
export const BODY = 'x'.repeat(800);

export class Engines {
  readonly #templates = new Map<number, Promise<string>>();

  /** An engine that runs on `documents` documents. */
  async start(documents = 0): Promise<BenchEngine> {
    const dataDir = await this.copyOf(documents);
    const engine = await startEngineProcess(dataDir);
    return {
      ...engine,
      dataDir,
      dispose: async () => {
        await engine.stop();
        removeFolder(dataDir);
      },
    };
  }

  /** A data folder of the caller's own with the app and `documents` documents; nothing runs on it. */
  async copyOf(documents: number): Promise<string> {
    const template = this.#templates.get(documents) ?? this.#make(documents);
    this.#templates.set(documents, template);
    const dataDir = temporaryFolder('bench');
    cpSync(await template, dataDir, { recursive: true });
    return dataDir;
  }

  async close(): Promise<void> {
    for (const dir of await Promise.all(this.#templates.values())) removeFolder(dir);
  }

  async #make(documents: number): Promise<string> {
    const dataDir = documents === 0 ? temporaryFolder('bench') : await this.copyOf(0);
    const engine = await startEngineProcess(dataDir);
    if (documents === 0) {
      const app = join(import.meta.dirname, '../app');
      const { code, stdout, stderr } = await convex(engine, app, [
        'deploy',
        '--typecheck',
        'disable',
        '--codegen',
        'disable',
      ]);
      if (code !== 0) throw new Error(`The bench app could not be deployed:\n${stdout}${stderr}`);
    } else {
      await fill(engine.url, 'events:fill', documents, { rooms: ROOMS, body: BODY });
    }
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
