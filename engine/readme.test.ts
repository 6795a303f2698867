/** The README makes promises; those that can be compared with the code are. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS, FLAGS } from './cli/options.ts';
import { knownGaps } from './knownGaps.ts';

const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const quoted = (pattern: RegExp) => Array.from(readme.matchAll(pattern), (match) => match[1]!);

describe('README.md', () => {
  it('links to files that exist', () => {
    const links = quoted(/\]\((?!https?:)([^)#]+)\)/g);
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((link) => !existsSync(join(import.meta.dirname, link)))).toEqual([]);
  });

  it('names every known gap and none that is closed', () => {
    const named = quoted(/`([A-Z]-[a-z]\w+)`/g);
    expect(named.toSorted()).toEqual(knownGaps.map(({ id }) => id).toSorted());
  });

  it('explains every folder, flag and command', () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((each) =>
      each.isDirectory(),
    );
    expect(quoted(/^\| `(\w+)\/` \|/gm).toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
    for (const flag of Object.keys(FLAGS)) expect(readme, flag).toMatch(new RegExp(`\`--${flag}[\` ]`));
    for (const command of Object.keys(COMMANDS))
      expect(readme).toMatch(new RegExp(`npm run engine -- ${command} `));
  });

  it('explains every figure of /metrics', () => {
    const source = readFileSync(join(import.meta.dirname, 'server/measurements.ts'), 'utf8');
    const figures = Array.from(source.matchAll(/'(engine_\w+)'/g), (match) => match[1]!);
    expect(figures.length).toBeGreaterThan(15);
    expect(figures.filter((name) => !readme.includes(name))).toEqual([]);
  });
});
