/**
 * What the fault runs share: how much of them to run, seeded chance, data folders, audits, and the line with the figure.
 *
 * `FAULTS_SCALE` (default 1) shortens every run; `FAULTS_SEED` repeats one.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, inject } from 'vitest';
import {
  removeFolder,
  startEngineProcess,
  temporaryFolder,
  type EngineProcess,
  type Surroundings,
} from '../engine/cliSupport.ts';
import { openTestEngine } from '../../engine/transaction/testKit.ts';
import { scrub } from '../../engine/transaction/scrub.ts';

const SCALE = Number(process.env.FAULTS_SCALE ?? 1);
export const SEED = Number(process.env.FAULTS_SEED ?? Date.now() % 1_000_000);

/** `full` repetitions, fewer in a short run. */
export function scaled(full: number, least = 1): number {
  return Math.max(least, Math.round(full * SCALE));
}

export type Random = (below: number) => number;

/** Whole numbers from 0 to `below` - 1; the same for the same seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export function figure(text: string): void {
  console.log(`${text} (seed ${SEED})`);
}

export const count = (value: number): string => value.toLocaleString('en-US');
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs after the test, the last one first. */
export function later(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

export function emptyDir(): string {
  const dir = temporaryFolder('faults');
  later(() => removeFolder(dir));
  return dir;
}

/** A data folder with the fixture app deployed. */
export function deployedDir(): string {
  const dir = emptyDir();
  cpSync(inject('deployedDir'), dir, { recursive: true });
  return dir;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The documents of a table of a folder no engine runs on, oldest first, after a scrub of everything. */
export function documentsOf(dir: string, table: string): Record<string, any>[] {
  const { store } = openTestEngine({}, dir);
  try {
    scrub(store);
    const info = store.registry.table('', table);
    if (info === null) return [];
    const rows = store.db.all('SELECT json FROM documents WHERE table_id = ? ORDER BY rowid', info.tableId);
    return rows.map(([json]) => JSON.parse(json as string) as Record<string, any>);
  } finally {
    store.close();
  }
}

/** An engine as `npm run engine` starts it. */
export function startEngine(
  dataDir: string,
  flags: string[] = [],
  surroundings: Surroundings = {},
): Promise<EngineProcess> {
  const script = join(import.meta.dirname, '../../engine/cli/main.mjs');
  return startEngineProcess(dataDir, flags, { script, ...surroundings });
}
