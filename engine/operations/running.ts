/**
 * Where the engine that owns a data folder can be reached from this machine: `running.json` beside the data.
 *
 * Whether it runs is the lock's to say, not this file's: a process that was killed leaves the file behind.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Running {
  pid: number;
  /** Of the main port, on this machine. */
  url: string;
}

const FILE = 'running.json';

export function saveRunning(dataDir: string, running: Running): void {
  writeFileSync(join(dataDir, FILE), `${JSON.stringify(running)}\n`, { mode: 0o600 });
}

export function forgetRunning(dataDir: string): void {
  rmSync(join(dataDir, FILE), { force: true });
}

/** What the engine wrote at its start; null when there is nothing readable. */
export function readRunning(dataDir: string): Running | null {
  try {
    const { pid, url } = JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')) as Partial<Running>;
    return typeof pid === 'number' && typeof url === 'string' ? { pid, url } : null;
  } catch {
    return null;
  }
}
