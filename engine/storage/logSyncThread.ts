/** The thread that waits for the disk: see logSync.ts. */
import { workerData } from 'node:worker_threads';
import { ASKED, DONE, FAILED, timedSync } from './logSync.ts';

const { words, file } = workerData as { words: Int32Array<SharedArrayBuffer>; file: number };

for (let done = 0; ;) {
  Atomics.wait(words, ASKED, done);
  done = Atomics.load(words, ASKED);
  try {
    timedSync(file, words);
  } catch (error) {
    Atomics.store(words, FAILED, (error as NodeJS.ErrnoException).errno ?? -1);
  }
  Atomics.store(words, DONE, done);
  Atomics.notify(words, DONE);
}
