/** What a desk's process says of itself, and what Linux says of it. */
import { readFileSync } from 'node:fs';
import type { BenchDesk } from './desks.ts';

/** The figures of /metrics by name, labels included as they stand. */
export async function readMetrics(port: number): Promise<Map<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

/** Queries that were run since the start, re-runs of live ones included. */
export async function queryRuns(desk: BenchDesk): Promise<number> {
  return (await readMetrics(desk.settings.port)).get('engine_query_runs_total')!;
}

/** Resident memory of a process. Linux only. */
export function residentKb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
}
