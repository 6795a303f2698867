import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HELP, parseOptions, UsageError } from './options.ts';

const main = join(import.meta.dirname, 'main.mjs');

describe('the command line', () => {
  it('[H30] has a default for everything, and the site port follows the port', () => {
    expect(parseOptions([])).toMatchObject({ dataDir: 'data', port: 3210, sitePort: 3211, host: undefined });
    expect(parseOptions(['--port', '80'])).toMatchObject({ port: 80, sitePort: 81 });
    expect(parseOptions(['--port', '0'])).toMatchObject({ port: 0, sitePort: 0 });
    expect(parseOptions(['--url', 'https://a.example/', '--chaos-occ', '0.5'])).toMatchObject({
      url: 'https://a.example',
      chaosOcc: 0.5,
    });
    expect(parseOptions(['--help'])).toBeNull();
  });

  it('[H30] refuses what it does not understand in one sentence, and names every flag in its help', () => {
    const wrong = [
      ['--port', 'x'],
      ['--port', '70000'],
      ['--port'],
      ['--url', 'example.com'],
      ['--site-url', 'https://a/b'],
      ['--chaos-occ', '2'],
      ['--nope'],
      ['word'],
    ];
    for (const argv of wrong) expect(() => parseOptions(argv), argv.join(' ')).toThrow(UsageError);
    for (const flag of [
      'data',
      'port',
      'site-port',
      'admin-key',
      'static',
      'host',
      'url',
      'site-url',
      'chaos-occ',
      'instance-name',
    ]) {
      expect(HELP).toContain(`--${flag} `);
    }
  });

  it('[H31] starts, keeps its key to its owner, is refused a data folder in use, and stops cleanly when told', async () => {
    const { spawn } = await import('node:child_process');
    const folder = mkdtempSync(join(tmpdir(), 'engine-cli-'));
    const child = spawn(process.execPath, [main, '--data', folder, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise<string>((done) =>
      child.stdout.once('data', (chunk: Buffer) => done(chunk.toString())),
    );
    expect(line).toMatch(/^Ready: http:\/\/127\.0\.0\.1:\d+ \(HTTP actions: http:\/\/127\.0\.0\.1:\d+\)\n$/);
    expect(statSync(join(folder, 'admin.key')).mode & 0o777).toBe(0o600);
    const second = spawnSync(process.execPath, [main, '--data', folder, '--port', '0'], {
      encoding: 'utf8',
      timeout: 10_000,
    });
    expect([second.status, second.stderr.trim().split('\n').length]).toEqual([1, 1]);
    const url = line.split(' ')[1]!;
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const taken = spawnSync(
      process.execPath,
      [main, '--data', join(folder, 'other'), '--port', new URL(url).port],
      { encoding: 'utf8', timeout: 10_000 },
    );
    expect([taken.status, taken.stderr]).toEqual([
      1,
      `Port ${new URL(url).port} is in use already; choose another one with --port or --site-port.\n`,
    ]);
    const begin = Date.now();
    child.kill('SIGTERM');
    expect(await new Promise((done) => child.once('exit', done))).toBe(0);
    expect(Date.now() - begin).toBeLessThan(5_000);
    expect(
      existsSync(join(folder, 'data.sqlite-wal')) && statSync(join(folder, 'data.sqlite-wal')).size > 0,
    ).toBe(false);
    rmSync(folder, { recursive: true });
  }, 30_000);

  it('[H32] an older Node is told so in one sentence', () => {
    const script = `Object.defineProperty(process.versions, 'node', { value: '20.19.0' }); await import(${JSON.stringify(main)});`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([
      1,
      'The engine needs Node 24 or newer; this is Node 20.19.0. Run it with "npm run engine".\n',
    ]);
  });
});
