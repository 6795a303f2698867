import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from './flags.ts';
import { COMMANDS, FLAGS, HELP, parseCommandLine } from './options.ts';

const main = join(import.meta.dirname, 'main.mjs');

const serving = (...argv: string[]) => {
  const line = parseCommandLine(argv);
  return line.command === 'serve' ? line.options : line.command;
};

describe('the command line', () => {
  it('[engine H30] has a default for everything, and the site port follows the port', () => {
    expect(serving()).toMatchObject({ dataDir: 'data', port: 3210, sitePort: 3211, host: undefined });
    expect(serving('--port', '80')).toMatchObject({ port: 80, sitePort: 81 });
    expect(serving('--port', '0')).toMatchObject({ port: 0, sitePort: 0 });
    expect(serving('--url', 'https://a.example/', '--chaos-occ', '0.5')).toMatchObject({
      url: 'https://a.example',
      chaosOcc: 0.5,
    });
    expect(parseCommandLine(['--log', 'json'])).toMatchObject({ command: 'serve', log: 'json' });
    expect(serving('--help')).toBe('help');
    expect(serving('backup', '-h')).toBe('help');
    expect(serving('--version')).toBe('version');
    expect(parseCommandLine(['backup', '--to', 'x'])).toMatchObject({ dataDir: 'data', to: 'x' });
  });

  it('[engine H30] refuses what it does not understand in one sentence that names it', () => {
    const wrong: [argv: string[], sentence: string][] = [
      [['--port', 'x'], '--port must be a number from 0 to 65535; it is "x".'],
      [['--port', '70000'], '--port must be a number from 0 to 65535; it is "70000".'],
      [['--port'], '--port needs a value. See --help.'],
      [['--data', ''], '--data needs a value; what was given is empty. See --help.'],
      [['--data', '--port', '1'], '--data needs a value. See --help.'],
      [
        ['--url', 'example.com'],
        '--url must be an address like https://app.example.com, with no path; it is "example.com".',
      ],
      [
        ['--site-url', 'https://a/b'],
        '--site-url must be an address like https://app.example.com, with no path; it is "https://a/b".',
      ],
      [['--chaos-occ', '2'], '--chaos-occ must be a number from 0 to 1; it is "2".'],
      [['--log', 'xml'], '--log must be text or json; it is "xml".'],
      [['--nope'], 'There is no option --nope. See --help.'],
      [['--prot', '1'], 'There is no option --prot; did you mean --port? See --help.'],
      [['--sitePort', '1'], 'There is no option --sitePort; did you mean --site-port? See --help.'],
      [['--admin', 'k'], 'There is no option --admin; did you mean --admin-key? See --help.'],
      [['--help=1'], '--help takes no value. See --help.'],
      [['--port', '1', 'word'], '"word" belongs to no option. See --help.'],
      [
        ['word'],
        'There is no command "word"; there are backup, restore, check, rotate-key, and serving without one. See --help.',
      ],
      [['backup'], 'backup needs --to FILE. See --help.'],
      [['backup', '--to', 'f', '--port', '1'], 'There is no option --port. See --help.'],
      [['restore', '--from', 'f'], 'restore needs --data DIR. See --help.'],
    ];
    for (const [argv, sentence] of wrong)
      expect(() => parseCommandLine(argv), argv.join(' ')).toThrow(new UsageError(sentence));
  });

  it('[engine H30] names every flag and every command in its help', () => {
    for (const flag of Object.keys(FLAGS)) expect(HELP).toMatch(new RegExp(`--${flag}\\s`));
    for (const command of Object.keys(COMMANDS))
      expect(HELP).toContain(
        `\n  ${command} --data DIR`.replace('restore --data DIR', 'restore --from FILE --data DIR'),
      );
  });

  it('[engine O6] a mistake is one sentence on standard error and exit code 1', () => {
    for (const argv of [
      ['--nope'],
      ['backup'],
      ['check', '--data', join(tmpdir(), 'nothing-here')],
      ['--port', '0', '--static', join(tmpdir(), 'nothing-here')],
    ]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], { encoding: 'utf8' });
      expect([status, stdout, stderr.trim().split('\n').length], argv.join(' ')).toEqual([1, '', 1]);
    }
  });

  it('[engine H31] starts, keeps its key to its owner, is refused a data folder in use, and stops cleanly when told', async () => {
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

  it('[engine H32] an older Node is told so in one sentence', () => {
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
