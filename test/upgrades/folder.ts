/** A copy of a folder of before, and the desk of now on it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { openTestEngine } from '../../engine/transaction/testKit.ts';
import type { Transaction } from '../../engine/transaction/transaction.ts';
import type { playScenario } from '../fixtures/folders/scenario.ts';
import { freePort } from '../journeys/harness.ts';
import type { Report } from './host.ts';

const foldersDir = join(import.meta.dirname, '../fixtures/folders');

/** Versions whose folder is kept. */
export const keptVersions = readdirSync(foldersDir).filter((name) => /^\d+$/.test(name));

export type Contents = Awaited<ReturnType<typeof playScenario>> & { stoppedAt: number };

export class Folder {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'baton-before-'));
  readonly contents: Contents;
  readonly #clockFile = join(mkdtempSync(join(tmpdir(), 'baton-clock-')), 'clock');

  constructor(version: string) {
    const from = join(foldersDir, version);
    this.contents = JSON.parse(readFileSync(join(from, 'folder.json'), 'utf8')) as Contents;
    const database = brotliDecompressSync(readFileSync(join(from, 'data.sqlite.br')));
    writeFileSync(join(this.dataDir, 'data.sqlite'), database);
    this.setClock(0);
  }

  /** The desk's clock stands still at so long after the folder was left. */
  setClock(afterMs: number): void {
    writeFileSync(this.#clockFile, `at ${this.contents.stoppedAt + afterMs}`);
  }

  async start(how: 'desk' | 'push'): Promise<HostedDesk> {
    const [port, sitePort] = [await freePort(), await freePort()];
    const addresses = { url: `http://127.0.0.1:${port}`, siteUrl: `http://127.0.0.1:${sitePort}` };
    const settings = { port, sitePort, dataDir: this.dataDir, ...addresses };
    const host = fork(join(import.meta.dirname, 'host.ts'), [how, JSON.stringify(settings)], {
      execArgv: ['--import', pathToFileURL(join(import.meta.dirname, '../faults/clock.ts')).href],
      env: { ...process.env, CLOCK_FILE: this.#clockFile },
    });
    const desk = new HostedDesk(host, addresses);
    await desk.report();
    return desk;
  }

  /** What no desk would do to its own data; it must be stopped. */
  async edit(change: (db: ReturnType<Transaction['db']>) => void): Promise<void> {
    const { store, committer } = openTestEngine({}, this.dataDir);
    await committer.write((tx) => change(tx.db('')));
    store.close();
  }

  remove(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

export class HostedDesk {
  readonly url: string;
  readonly siteUrl: string;
  readonly #host: ChildProcess;
  adminKey = '';
  /** What it told whoever started it. */
  lines: string[] = [];

  constructor(host: ChildProcess, { url, siteUrl }: { url: string; siteUrl: string }) {
    this.#host = host;
    this.url = url;
    this.siteUrl = siteUrl;
  }

  async report(): Promise<void> {
    const ended = once(this.#host, 'exit').then(() => [{ failed: 'The desk has ended.' }]);
    const [report] = (await Promise.race([once(this.#host, 'message'), ended])) as [Report];
    if ('failed' in report) throw new Error(report.failed);
    ({ adminKey: this.adminKey, lines: this.lines } = report);
  }

  async upgrade(): Promise<void> {
    this.#host.send('upgrade');
    await this.report();
  }

  async stop(): Promise<void> {
    if (this.#host.exitCode !== null || this.#host.signalCode !== null) return;
    const ended = once(this.#host, 'exit');
    this.#host.send('stop');
    await ended;
  }
}
