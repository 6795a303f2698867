/** Texts are cut in one place (docs/rules.md E6): what cuts one elsewhere is fed to the type-aware linter, one line each. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'baton-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cuts = [
  'export const a = (text: string) => text.slice(0, 140);',
  'export const a = (text?: string) => text?.slice(1);',
  "export const a = (text?: string) => (text ?? '').replace(/ +/g, ' ').trim().substring(0, 140);",
  'export const a = (text: string) => text.substr(1, 2);',
  'export const a = (text: string) => text.charAt(0);',
  'export const a = (text: string) => text.at(-1);',
  "export const a = (text: string) => text.split('');",
  "export const a = (text: string) => text['slice'](1);",
  'export const a = ({ title }: { title: string }) => `${title}!`.slice(0, 80);',
];
const places = ['convex', 'convex/model', 'convex/shared/kit', 'src/features/inbox', 'src/widget'];
const allowed = [
  'export const a = (list: string[]) => list.slice(0, 2).at(-1);',
  "export const a = (text: string) => text.split(',');",
  'export const a = (bytes: Uint8Array) => bytes.slice(1);',
];

const fileOf = (line: string) =>
  cuts.includes(line)
    ? `${places[cuts.indexOf(line) % places.length]}/cut${cuts.indexOf(line)}.ts`
    : `convex/fine${allowed.indexOf(line)}.ts`;

let reports: string;

beforeAll(async () => {
  // The rule and its files as they are; without the plugin that is loaded from node_modules.
  const { options, overrides } = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'));
  const own = overrides.filter((each: { rules: object }) => 'typescript/no-deprecated' in each.rules);
  write('.oxlintrc.json', JSON.stringify({ plugins: ['typescript'], options, overrides: own }));
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  write('tsconfig.json', JSON.stringify({ compilerOptions: { ...compilerOptions, types: [] } }));
  for (const line of [...cuts, ...allowed]) write(fileOf(line), `${line}\n`);
  const marks = 'convex/shared/kit/strings.d.ts';
  copyFileSync(join(root, marks), join(folder, marks));
  reports = await lint();
}, 60_000);

function write(file: string, text: string) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function lint(): Promise<string> {
  const tools = join(root, 'node_modules/.bin');
  const env = { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}` };
  return new Promise((resolve) =>
    execFile(join(tools, 'oxlint'), ['-f', 'unix', '.'], { cwd: folder, env }, (_error, stdout) =>
      resolve(stdout),
    ),
  );
}

const reportsOn = (line: string) =>
  reports.split('\n').filter((each) => each.startsWith(`${fileOf(line)}:`) && each.includes('no-deprecated'));

it.each(cuts)('[E2] refused: %s', (line) => {
  expect(reportsOn(line)).toHaveLength(1);
});

it.each(allowed)('[E2] allowed: %s', (line) => {
  expect(reportsOn(line)).toEqual([]);
});
