import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

/** A project like this one in small: its packages are archives beside it, so nothing is asked of the network. */
const dir = mkdtempSync(join(tmpdir(), 'install-'));
const project = join(dir, 'project');
const script = join(project, 'scripts/ensureInstalled.mjs');
/** While this file is there, the install script of one package waits. */
const slow = join(dir, 'slow');
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
  npm_config_offline: 'true',
  npm_config_cache: join(dir, 'cache'),
};

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function pack(name: string, version: string, scripts = {}): string {
  const folder = join(dir, `${name}-${version}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, scripts }));
  return `file:../${npm(dir, 'pack', folder, '--silent').trim()}`;
}

/** Writes package.json and has npm write the lockfile that goes with it. */
function lock(dependencies: Record<string, string>, devDependencies: Record<string, string>): void {
  const allowScripts = Object.fromEntries(Object.values(dependencies).map((spec) => [spec, true]));
  const described = { name: 'project', version: '1.0.0', dependencies, devDependencies, allowScripts };
  writeFileSync(join(project, 'package.json'), JSON.stringify(described));
  npm(project, 'install', '--package-lock-only');
}

interface Run {
  code: number | null;
  output: string;
}

function start(event = 'prestart', onOutput = (_output: string, _stop: () => void) => {}): Promise<Run> {
  const child = spawn(process.execPath, [script], {
    env: { ...env, npm_lifecycle_event: event },
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      onOutput(output, () => process.kill(-child.pid!, 'SIGKILL'));
    });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

const silent: Run = { code: 0, output: '' };
const installs: Run = { code: 0, output: expect.stringContaining('Installing what is missing') as string };
let specs: Record<'app' | 'appNext' | 'tool', string>;

beforeAll(() => {
  mkdirSync(join(project, 'scripts'), { recursive: true });
  copyFileSync(new URL('./ensureInstalled.mjs', import.meta.url), script);
  const wait = `node -e "setTimeout(() => {}, require('fs').existsSync(${JSON.stringify(slow).replaceAll('"', "'")}) ? 60000 : 0)"`;
  specs = {
    app: pack('app', '1.0.0', { install: wait }),
    appNext: pack('app', '2.0.0'),
    tool: pack('tool', '1.0.0'),
  };
}, 120_000);
beforeEach(() => {
  rmSync(slow, { force: true });
  rmSync(join(project, 'node_modules'), { recursive: true, force: true });
  lock({ app: specs.app }, { tool: specs.tool });
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true }));

test('what is missing is installed once', async () => {
  expect(await start()).toEqual(installs);
  expect(existsSync(join(project, 'node_modules/tool/package.json'))).toBe(true);
  expect(await start()).toEqual(silent);
  expect(await start('pretest')).toEqual(silent);
}, 60_000);

test('what was installed by hand is not installed again', async () => {
  npm(project, 'ci');
  expect(await start()).toEqual(silent);
  rmSync(join(project, 'node_modules'), { recursive: true });
  npm(project, 'install');
  expect(await start()).toEqual(silent);
  npm(project, 'install', specs.appNext);
  expect(await start()).toEqual(silent);
}, 60_000);

test('another lockfile, or a package that was taken away, is an install', async () => {
  npm(project, 'ci');
  lock({ app: specs.appNext }, { tool: specs.tool });
  expect(await start()).toEqual(installs);
  expect(await start()).toEqual(silent);
  rmSync(join(project, 'node_modules/app'), { recursive: true });
  expect(await start()).toEqual(installs);
}, 60_000);

test('what stands behind a link is left alone', async () => {
  const elsewhere = join(dir, 'elsewhere');
  mkdirSync(join(elsewhere, 'precious'), { recursive: true });
  symlinkSync(elsewhere, join(project, 'node_modules'));
  const { code, output } = await start();
  expect([code, output]).toEqual([1, expect.stringContaining('node_modules is a link')]);
  expect(existsSync(join(elsewhere, 'precious'))).toBe(true);
  unlinkSync(join(project, 'node_modules'));
}, 60_000);

test('without the packages of tests everything starts but tests, for which they are fetched', async () => {
  npm(project, 'ci', '--omit=dev');
  expect(await start()).toEqual(silent);
  expect(await start('pretest')).toEqual(installs);
  expect(await start('pretest')).toEqual(silent);
}, 60_000);

test('an install says how far it is, and one that was interrupted is not taken for finished', async () => {
  writeFileSync(slow, '');
  const { code, output } = await start('prestart', (said, stop) => {
    if (/ of 2 packages, \d+ s\n/.test(said)) stop();
  });
  expect([code, output]).toEqual([null, expect.stringMatching(/ {2}2 of 2 packages, \d+ s\n/)]);
  expect(existsSync(join(project, 'node_modules/app/package.json'))).toBe(true);
  rmSync(slow);
  expect(await start()).toEqual(installs);
}, 60_000);
