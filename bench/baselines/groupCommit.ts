/** Baseline: transactions a second of a bare group commit, 64 to a COMMIT. Prints {perSecond}. */
import { insertEvent, openBare } from './database.ts';

const { folder, seconds, group, body } = JSON.parse(process.argv[2]!) as {
  folder: string;
  seconds: number;
  group: number;
  body: string;
};
const database = openBare(folder);
const begin = performance.now();
let done = 0;
while (performance.now() - begin < seconds * 1000) {
  database.begin();
  for (let each = 0; each < group; each++) insertEvent(database, done++, body);
  database.commit();
}
console.log(JSON.stringify({ perSecond: (done * 1000) / (performance.now() - begin) }));
