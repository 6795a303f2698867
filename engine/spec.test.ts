import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('.', import.meta.url).pathname;
const spec = readFileSync(`${folder}SPEC.md`, 'utf8');
const rules = Array.from(spec.matchAll(/^- \*\*([A-Z]\d+[a-z]?)\*\* /gm), (match) => match[1]!);
const quoted = new Set(
  globSync(['**/*.test.ts', '../test/engine/**/*.test.ts', '../test/journeys/guestBook.test.ts'], {
    cwd: folder,
  }).flatMap((file) =>
    Array.from(
      readFileSync(folder + file, 'utf8').matchAll(/\[engine ([A-Z]\d+[a-z]?)\]/g),
      (match) => match[1]!,
    ),
  ),
);

describe('SPEC.md', () => {
  it('numbers each rule once', () => {
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.filter((rule, i) => rules.indexOf(rule) !== i)).toEqual([]);
  });

  it('has no rule that no test quotes', () => {
    expect(rules.filter((rule) => !quoted.has(rule))).toEqual([]);
  });

  it('has every rule that a test quotes, in the areas that are written down', () => {
    const written = new Set(rules.map((rule) => rule[0]));
    const missing = [...quoted].filter((rule) => written.has(rule[0]!) && !rules.includes(rule));
    expect(missing).toEqual([]);
  });
});
