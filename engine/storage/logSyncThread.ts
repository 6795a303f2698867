/** The thread that waits for the disk: see logSync.ts. */
import { fdatasyncSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { ASKED, DONE, FAILED } from './logSync.ts';

const { words, file } = workerData as { words: Int32Array<SharedArrayBuffer>; file: number };

for (let done = 0; ;) {
  Atomics.wait(words, ASKED, done);
  done = Atomics.load(words, ASKED);
  try {
    fdatasyncSync(file);
  } catch (error) {
    Atomics.store(words, FAILED, (error as NodeJS.ErrnoException).errno ?? -1);
  }
  Atomics.store(words, DONE, done);
  Atomics.notify(words, DONE);
}
