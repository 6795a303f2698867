/** Processes of the benchmark: baselines and helpers are scripts that print one line of JSON when they are ready or done. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export interface Child<T> {
  /** The line of JSON it printed. */
  said: T;
  pid: number;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

// A row that fails leaves its servers behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The process ends with this one at the latest. */
export function endWithUs(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

/** Runs `bench/<script>` with one argument; resolves at its first line of output. */
export async function startScript<T>(
  script: string,
  argument: object,
  flags: string[] = [],
): Promise<Child<T>> {
  const path = join(import.meta.dirname, '..', script);
  const child = spawn(process.execPath, [...flags, path, JSON.stringify(argument)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  endWithUs(child);
  const line = await firstLine(child, script);
  return { said: JSON.parse(line) as T, pid: child.pid!, stop: () => stopped(child) };
}

/** Runs a script to its end for the line it prints. */
export async function runScript<T>(script: string, argument: object, flags?: string[]): Promise<T> {
  const child = await startScript<T>(script, argument, flags);
  await child.stop();
  return child.said;
}

/** The first line of output, or the first that begins as told. */
export function firstLine(child: ChildProcess, what: string, beginning = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const whole = output.slice(0, output.lastIndexOf('\n') + 1).split('\n');
      const line = whole.slice(0, -1).find((each) => each.startsWith(beginning));
      if (line !== undefined) resolve(line);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${what} ended with ${code} and said: ${output}`)));
  });
}

export async function stopped(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  await gone;
}
