/**
 * `npm run bench`: every figure beside a bare baseline measured in the same run, as a table and as JSON in
 * bench/results. `npm run bench -- subscribers pages` runs some rows, `-- --list` names them. Nothing here fails for
 * being slow.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { flag } from '../engine/cli/flags.ts';
import { readCommandLine } from '../scripts/commandLine.ts';
import { type Figure, isMet, ratioOf } from './row.ts';
import { rows } from './rows.ts';
import { Engines } from './support/engines.ts';
import { TABLE_HEAD, tableLine } from './table.ts';

const { values: given, words: wanted } = readCommandLine(
  `
Measures, each figure beside a bare baseline of the same run, and keeps them in bench/results.

Usage: npm run bench                 all rows
       npm run bench -- ROW …        some of them
       npm run bench -- --list       names them
`,
  { list: flag },
  Infinity,
);
if (given.list === true) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, about } of rows) console.log(`${name.padEnd(width)}  ${about}`);
  process.exit(0);
}
const unknown = wanted.find((name) => !rows.some((row) => row.name === name));
if (unknown !== undefined) {
  console.error(`There is no row "${unknown}". Rows: ${rows.map((row) => row.name).join(', ')}.`);
  process.exit(1);
}

const engines = new Engines();
const figures: (Figure & { row: string })[] = [];
const loadBefore = loadavg();
try {
  console.log(TABLE_HEAD);
  for (const row of rows) {
    if (wanted.length > 0 && !wanted.includes(row.name)) continue;
    for (const figure of await row.run({ engines, size: { tiny: false } })) {
      figures.push({ row: row.name, ...figure });
      console.log(tableLine(figure));
    }
  }
} finally {
  await engines.close();
}
const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
const at = new Date().toISOString();
const machine = { node: process.version, cores: cpus().length, loadBefore };
const judged = figures.map((figure) => ({ ...figure, ratio: ratioOf(figure), met: isMet(figure) }));
writeFileSync(
  join(folder, `${at.replaceAll(':', '-')}.json`),
  `${JSON.stringify({ at, ...machine, figures: judged }, null, 2)}\n`,
);
