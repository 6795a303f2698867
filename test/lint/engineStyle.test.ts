/** The engine's own lint rules, each fed what it is there to catch. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'baton-style-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rules = ['engine-style/module-block', 'engine-style/private-by-hash'];

function reports(name: string, text: string): string[] {
  const config = {
    jsPlugins: [join(root, 'scripts/engineStyle.mjs')],
    rules: Object.fromEntries(rules.map((rule) => [rule, 'error'])),
  };
  writeFileSync(
    join(folder, '.oxlintrc.json'),
    JSON.stringify({ ...config, categories: { correctness: 'off' } }),
  );
  writeFileSync(join(folder, name), text);
  try {
    execFileSync(join(root, 'node_modules/.bin/oxlint'), ['-f', 'unix', name], { cwd: folder });
    return [];
  } catch (error) {
    const lines = String((error as { stdout: Buffer }).stdout);
    return rules.filter((rule) => lines.includes(rule.replace('/', '(')));
  }
}

it.each([
  ['a module that opens with lines', 'a.ts', '// What it owns.\nexport {};\n', [rules[0]]],
  ['a module that opens with nothing', 'b.ts', 'export {};\n', [rules[0]]],
  ['a test that opens with lines', 'b.test.ts', '// What it tests.\nexport {};\n', [rules[0]]],
  ['a private field', 'c.ts', '/** Owns it. */\nexport class A {\n  private x = 1;\n}\n', [rules[1]]],
  ['a private method', 'd.ts', '/** Owns it. */\nexport class A {\n  private x() {}\n}\n', [rules[1]]],
])('catches %s', (_what, name, text, expected) => {
  expect(reports(name, text)).toEqual(expected);
});

it.each([
  ['ok.ts', '/** Owns it. */\nexport class A {\n  #x = 1;\n  y() {\n    return this.#x;\n  }\n}\n'],
  ['ok.test.ts', 'export {};\n'],
])('lets %s pass', (name, text) => {
  expect(reports(name, text)).toEqual([]);
});
