import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkPackages } from './packages.ts';

const app = mkdtempSync(join(tmpdir(), 'packages-'));
afterAll(() => rmSync(app, { recursive: true }));

function install(name: string, version: string): void {
  const folder = join(app, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, exports: './index.js' }));
}

it('[engine P12] external packages are those the app has, at its very versions, also from a folder inside it', () => {
  install('loud', '1.2.3');
  install('@scope/loud', '2.0.0');
  const wanted = [
    { name: 'loud', version: '1.2.3' },
    { name: '@scope/loud', version: '2.0.0' },
  ];
  checkPackages(wanted, app);
  checkPackages(wanted, join(app, 'convex'));
  expect(() => checkPackages([{ name: 'loud', version: '1.2.4' }], app)).toThrow(
    'needs the external package loud 1.2.4, which is installed as 1.2.3 where',
  );
  expect(() => checkPackages([{ name: 'quiet', version: '1.0.0' }], app)).toThrow(
    'which is not installed where',
  );
});
