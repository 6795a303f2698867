/** The process the fault tests kill: writes as fast as it can and says on stdout what was acknowledged. */
import { writeSync } from 'node:fs';
import { Committer } from '../transaction/committer.ts';
import { openStore } from './store.ts';

const [dir, first] = process.argv.slice(2);

try {
  const committer = new Committer(openStore(dir!));
  let next = Number(first);
  const caller = async (): Promise<never> => {
    for (;;) {
      const n = next;
      next += 2;
      await committer.write((tx) => {
        tx.db('').insert('a', { n, pad: 'x'.repeat(n % 3000) });
        tx.db('').insert('a', { n: n + 1 });
      });
      writeSync(1, `${n},${n + 1};\n`);
    }
  };
  for (let i = 0; i < 16; i++) void caller();
} catch (error) {
  writeSync(2, `${(error as Error).message}\n`);
  process.exit(1);
}
