import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from './root.ts';

const dir = mkdtempSync(join(tmpdir(), 'command-'));
const dataDir = join(dir, 'data');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(script: string, ...args: string[]) {
  const env = { ...process.env, BATON_DATA: dataDir };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, script), ...args], {
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, said: stdout.trim(), refused: stderr.trim() };
}

const commands = [
  ['npm start', 'scripts/start.ts'],
  ['npm run dev', 'scripts/dev.ts'],
  ['npm run deploy', 'scripts/deploy.ts'],
  ['npm run recover', 'scripts/recover.ts'],
  ['npm run move', 'scripts/move.ts'],
  ['npm run bench', 'bench/run.ts'],
  ['npm run test:faults', 'scripts/faults.ts'],
] as const;

it.each(commands)('%s says what it takes, and refuses in words what it does not know', (name, script) => {
  const { status, said, refused } = run(script, '--help');
  expect({ status, refused }).toEqual({ status: 0, refused: '' });
  expect(said).toMatch(new RegExp(`^Usage: ${name}`, 'm'));
  expect(said.split('\n').length).toBeLessThan(16);
  expect(run(script, '--prot=4000')).toEqual({
    status: 1,
    said: '',
    refused: 'There is no option --prot. See --help.',
  });
  expect(existsSync(dataDir)).toBe(false);
});

it('a word that belongs nowhere is refused as well', () => {
  const refused = (word: string) => ({
    status: 1,
    said: '',
    refused: `"${word}" belongs to no option. See --help.`,
  });
  expect(run('scripts/start.ts', '4000')).toEqual(refused('4000'));
  expect(run('scripts/recover.ts', 'ana@northpeak.example', 'twice')).toEqual(refused('twice'));
  expect(run('scripts/move.ts', '--from', 'a', 'b')).toEqual(refused('b'));
});
