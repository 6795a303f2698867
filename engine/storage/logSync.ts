/**
 * Brings the write-ahead log to the disk: what `synchronous=FULL` does inside COMMIT, only that something else can be done
 * until the disk answers (docs/adr/0005-the-log-is-synced-aside.md).
 *
 * A thread of its own waits for the disk, and the caller waits for that thread without giving up its turn: whatever runs
 * meanwhile was handed in, and nothing else ever meets a commit that might still be lost.
 */
import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { Worker } from 'node:worker_threads';
import { SyncError } from './errors.ts';

/**
 * Words shared with the thread: the number of the last sync asked for, of the last one done, the errno of one that failed, and
 * how long the last one took, µs.
 */
export const ASKED = 0;
export const DONE = 1;
export const FAILED = 2;
const TOOK = 3;
const WORDS = 4;

export interface LogSyncOptions {
  /** What runs in the thread, and how long it is waited for before it is given up. */
  thread?: URL;
  threadMs?: number;
}

/** No disk that works takes this long. */
const THREAD_MS = 10_000;

export class LogSync {
  readonly #options: LogSyncOptions;
  readonly #file: number;
  readonly #words = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  #thread: Worker | null = null;
  #isOnline = false;

  /** `path`: of the log, which must exist and stay the same file until `close`. */
  constructor(path: string, options: LogSyncOptions = {}) {
    this.#options = options;
    this.#file = openSync(path, 'r+');
  }

  /** How long the last sync took, ms. */
  get tookMs(): number {
    return Atomics.load(this.#words, TOOK) / 1000;
  }

  /** When this returns, everything written so far is on disk; throws SyncError. */
  now(): void {
    try {
      timedSync(this.#file, this.#words);
    } catch (error) {
      throw new SyncError((error as NodeJS.ErrnoException).code ?? String(error), { cause: error });
    }
  }

  /** The same, with `work` done meanwhile, for as long as it is not `isOver`. It is left out while the thread starts. */
  during(work: (isOver: () => boolean) => void): void {
    if (!this.#isOnline) {
      this.#start();
      return this.now();
    }
    const number = (Atomics.add(this.#words, ASKED, 1) + 1) | 0;
    Atomics.notify(this.#words, ASKED);
    const isOver = (): boolean => Atomics.load(this.#words, DONE) === number;
    try {
      work(isOver);
    } finally {
      this.#wait(isOver);
    }
  }

  close(): void {
    void this.#thread?.terminate();
    closeSync(this.#file);
  }

  #wait(isOver: () => boolean): void {
    const { threadMs = THREAD_MS } = this.#options;
    while (!isOver()) {
      const done = Atomics.load(this.#words, DONE);
      if (isOver() || Atomics.wait(this.#words, DONE, done, threadMs) !== 'timed-out') continue;
      this.#isOnline = false;
      return this.now();
    }
    const errno = Atomics.load(this.#words, FAILED);
    if (errno !== 0) throw new SyncError(getSystemErrorName(errno));
  }

  #start(): void {
    if (this.#thread !== null) return;
    const { thread = new URL('./logSyncThread.ts', import.meta.url) } = this.#options;
    const workerData = { words: this.#words, file: this.#file };
    this.#thread = new Worker(thread, { workerData, name: 'log-sync' });
    this.#thread.unref();
    this.#thread.once('online', () => (this.#isOnline = true));
    // Without it every sync is waited for here.
    this.#thread.once('error', () => (this.#isOnline = false));
  }
}

/** Syncs, and notes how long it took. */
export function timedSync(file: number, words: Int32Array): void {
  const begin = performance.now();
  fdatasyncSync(file);
  Atomics.store(words, TOOK, Math.round((performance.now() - begin) * 1000));
}
