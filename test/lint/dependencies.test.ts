/** What comes into an install: exact versions, whole, without scripts of their own, under licences that let Baton be MIT. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/settings.ts';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}

interface Locked {
  version: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
  license?: string;
  hasInstallScript?: boolean;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));
const manifest = read('package.json') as Manifest;
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };
const installed = Object.entries(packages).filter(([path]) => path !== '');

const licences = [
  ...[
    'MIT',
    'MIT-0',
    'ISC',
    '0BSD',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'Apache-2.0',
    '(MPL-2.0 OR Apache-2.0)',
    'BlueOak-1.0.0',
    'Unlicense',
  ],
  // Used as they are, in files of their own: a style sheet compiler, what judges pages in tests, a list of browsers, a font.
  ...['MPL-2.0', 'CC-BY-4.0', 'OFL-1.1'],
];

const nameOf = (path: string): string => path.split('node_modules/').at(-1)!;

test('every version is exact', () => {
  const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test('every package comes whole from a registry, and from whichever the install asks', () => {
  const odd = installed.filter(([, { integrity, resolved, link }]) => !integrity || resolved || link);
  expect(odd.map(([path]) => path)).toEqual([]);
});

test('every licence allows it', () => {
  const others = installed.filter(([, { license }]) => !licences.includes(license ?? ''));
  expect(others.map(([path, { license }]) => `${nameOf(path)}: ${license}`)).toEqual([]);
});

test('an install runs no scripts but those that are named', () => {
  const withScripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
  const allowed = Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name]);
  expect(withScripts.map(([path]) => nameOf(path)).toSorted()).toEqual(allowed.toSorted());
});
