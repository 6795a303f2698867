/**
 * Baseline: bare FTS5 over the same words, without a team or a month, nothing read of what is found. Prints the milliseconds
 * of each search for the best hundred of two words.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { drawRanks, wordAt } from '../desk/messages.ts';

const { folder, messages, searches } = JSON.parse(process.argv[2]!) as {
  folder: string;
  messages: number;
  searches: [string, string][];
};
const path = join(folder, 'words.sqlite');
const database = new DatabaseSync(path);
database.exec("CREATE VIRTUAL TABLE found USING fts5(words, content='', tokenize='ascii')");
const insert = database.prepare('INSERT INTO found (rowid, words) VALUES (?, ?)');
const draw = drawRanks(1);
database.exec('BEGIN');
for (let n = 1; n <= messages; n++) {
  insert.run(n, [...new Set(Array.from({ length: 15 }, () => wordAt(draw())))].join(' '));
}
database.exec('COMMIT');
const search = database.prepare('SELECT rowid FROM found WHERE found MATCH ? ORDER BY rank LIMIT 100');
const taken = searches.map(([one, other]) => {
  const begin = performance.now();
  search.all(`"${one}" "${other}"`);
  return performance.now() - begin;
});
database.close();
rmSync(path);
console.log(JSON.stringify(taken));
