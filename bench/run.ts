/**
 * `npm run bench`: every figure beside a bare baseline measured in the same run, as a table and as JSON in
 * bench/results. `npm run bench -- subscribers pages` runs some rows. Nothing here fails for being slow.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, isMet, ratioOf } from './row.ts';
import { rows } from './rows.ts';
import { Engines } from './support/engines.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !rows.some((row) => row.name === name));
if (unknown.length > 0) {
  console.error(`There is no row "${unknown[0]}". Rows: ${rows.map((row) => row.name).join(', ')}.`);
  process.exit(1);
}

function format(value: number): string {
  if (Number.isNaN(value)) return '';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function line(figure: Figure): string {
  const { what, unit, baseline, engine, reach, against, note } = figure;
  const goal = reach.atLeast === undefined ? `≤ ${reach.atMost}` : `≥ ${reach.atLeast}`;
  const ratio = Number.isNaN(baseline) ? '' : format(ratioOf(figure));
  const cells = [
    what,
    `${format(engine)} ${unit}`,
    Number.isNaN(baseline) ? '' : `${format(baseline)} ${unit}`,
    ratio,
  ];
  return `| ${[...cells, goal + (reach.of === 'ratio' ? '×' : ` ${unit}`), isMet(figure) ? 'met' : 'not met', [against, note].filter(Boolean).join('; ')].join(' | ')} |`;
}

const engines = new Engines();
const figures: Figure[] = [];
try {
  console.log(
    '| figure | Baton | baseline | ratio | to reach | | baseline is |\n| --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const row of rows) {
    if (wanted.length > 0 && !wanted.includes(row.name)) continue;
    for (const figure of await row.run({ engines, size: { tiny: false } })) {
      figures.push(figure);
      console.log(line(figure));
    }
  }
} finally {
  await engines.close();
}
const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
const at = new Date().toISOString();
writeFileSync(
  join(folder, `${at.replaceAll(':', '-')}.json`),
  `${JSON.stringify({ at, node: process.version, figures }, null, 2)}\n`,
);
