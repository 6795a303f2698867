// For tests that drive a real engine process with the real `convex` CLI.

import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');
const ADMIN_KEY = 'test|0123456789abcdef0123456789abcdef';

export interface EngineProcess {
  url: string;
  siteUrl: string;
  adminKey: string;
  pid: number;
  /** Everything it printed. */
  output(): string;
  /** SIGTERM unless told otherwise; resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves with the exit code once the process has ended; null after a signal. */
  exited: Promise<number | null>;
  child: ChildProcess;
}

/** How an engine process is run, for tests that give it a bad time. */
export interface Surroundings {
  env?: Record<string, string>;
  /** Arguments of Node itself. */
  nodeFlags?: string[];
  /** A command that runs the rest of its arguments. */
  wrapper?: string[];
  /** A script to run instead of the command line's; it is given an IPC channel. */
  script?: string;
}

/** What the CLI and HTTP calls need to know of an engine. */
export type Target = Pick<EngineProcess, 'url' | 'adminKey'>;

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function temporaryFolder(prefix: string): string {
  return mkdtempSync(join(tmpdir(), `${prefix}-`));
}

export function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

/** A copy of `test/fixtures/apps/<name>` that can be changed, with the repository's packages. */
export function copyApp(name: string): string {
  const dir = temporaryFolder(`app-${name}`);
  cpSync(join(REPOSITORY, 'test/fixtures/apps', name), dir, { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(dir, 'node_modules'));
  return dir;
}

/** Starts the engine on free ports and resolves when it says that it is ready. */
export async function startEngineProcess(
  dataDir: string,
  flags: string[] = [],
  { env = {}, nodeFlags = [], wrapper = [], script }: Surroundings = {},
): Promise<EngineProcess> {
  const [command, ...args] = [
    ...wrapper,
    join(REPOSITORY, 'node_modules/.bin/node'),
    ...nodeFlags,
    script ?? join(REPOSITORY, 'engine/cli/main.mjs'),
    ...['--data', dataDir, '--port', '0', '--admin-key', ADMIN_KEY],
    ...flags,
  ];
  const child = spawn(command!, args, {
    cwd: REPOSITORY,
    env: { ...process.env, ...env },
    stdio: script === undefined ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = new Promise<RegExpExecArray>((resolve, reject) => {
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
      const match = /Ready: (\S+) \(HTTP actions: (\S+)\)/.exec(output);
      if (match) resolve(match);
    };
    child.stdout!.on('data', collect);
    child.stderr!.on('data', collect);
    setTimeout(() => reject(new Error(`The engine is not ready after a minute:\n${output}`)), 60_000).unref();
    // Not on "exit": what it said last may still be in the pipes.
    child.once('close', () => reject(new Error(`The engine stopped before it was ready:\n${output}`)));
  });
  const [, url, siteUrl] = (await ready) as unknown as [string, string, string];
  return {
    url,
    siteUrl,
    adminKey: ADMIN_KEY,
    pid: child.pid!,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await exited;
    },
    exited,
    child,
  };
}

/** Runs `convex <args>` in `cwd` against the engine. */
export async function convex(
  engine: Target,
  cwd: string,
  args: string[],
  stdin?: string,
): Promise<CliResult> {
  const child = startConvex(engine, cwd, args);
  if (stdin === undefined) child.stdin!.end();
  else child.stdin!.end(stdin);
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

/** Starts `convex <args>` and leaves it running, for commands that watch. */
export function startConvex(engine: Target, cwd: string, args: string[]): ChildProcess {
  return spawn(join(REPOSITORY, 'node_modules/.bin/convex'), args, {
    cwd,
    env: {
      PATH: `${join(REPOSITORY, 'node_modules/.bin')}:${process.env.PATH}`,
      HOME: cwd,
      CI: '1',
      NO_COLOR: '1',
      CONVEX_SELF_HOSTED_URL: engine.url,
      CONVEX_SELF_HOSTED_ADMIN_KEY: engine.adminKey,
    },
  });
}

/** Calls a function of any kind over HTTP as an administrator; throws what it threw. */
export async function call(engine: Target, path: string, args: object = {}): Promise<unknown> {
  const response = await fetch(`${engine.url}/api/function`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Convex ${engine.adminKey}` },
    body: JSON.stringify({ path, args, format: 'json' }),
  });
  const body = (await response.json()) as {
    status?: string;
    value?: unknown;
    errorMessage?: string;
    message?: string;
  };
  if (body.status === 'success') return body.value;
  throw new Error(body.errorMessage ?? body.message ?? `status ${response.status}`);
}
