// The process whose disk fails: commits pairs of documents, checkpoints now and then, and says on stdout what became of each.
//
// "<n>;" acknowledged, "-<n> <code>;" refused. Exit 0: it came through; 1: it stopped with a sentence, as the engine would.

import { writeSync } from 'node:fs';
import { Committer } from '../../engine/transaction/committer.ts';
import { startFailure } from '../../engine/storage/database.ts';
import { openStore, type Store } from '../../engine/storage/store.ts';

const [dir, commits] = process.argv.slice(2);

function stop(error: unknown): never {
  const { name, message, stack } = error as Error;
  writeSync(2, `${name === 'OpenError' ? message : stack}\n`);
  process.exit(name === 'OpenError' ? 1 : 70);
}

function fatal(error: Error): never {
  writeSync(2, `The engine stops because its data can no longer be written safely: ${error.message}\n`);
  process.exit(1);
}

function committerOf(store: Store): Committer {
  try {
    return new Committer(store, { onFatal: fatal });
  } catch (error) {
    throw startFailure(dir!, error);
  }
}

process.on('uncaughtException', stop);
try {
  const store = openStore(dir!);
  const committer = committerOf(store);
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < Number(commits)) {
      const n = next++;
      try {
        await committer.write((tx) => {
          tx.db('').insert('a', { n, pad: 'x'.repeat((n * 997) % 9000) });
          tx.db('').insert('b', { n });
        });
        writeSync(1, `${n};\n`);
      } catch (error) {
        writeSync(1, `-${n} ${(error as { code?: string }).code};\n`);
      }
      if (n % 20 === 19) store.db.checkpoint();
    }
  };
  await Promise.all(Array.from({ length: 3 }, caller));
  store.close();
} catch (error) {
  stop(error);
}
