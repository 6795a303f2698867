import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('.', import.meta.url).pathname;
const spec = readFileSync(`${folder}SPEC.md`, 'utf8');
const rules = Array.from(spec.matchAll(/^- \*\*([A-Z]\d+[a-z]?)\*\* /gm), (match) => match[1]!);
const facts = Array.from(spec.matchAll(/^###? §(\d+(?:\.\d+)?) /gm), (match) => match[1]!);
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

  it('has a heading for each section of the facts, once, in order', () => {
    const inOrder = facts.toSorted((a, b) => place(a) - place(b));
    expect(facts).toEqual(inOrder);
    expect(new Set(facts).size).toBe(facts.length);
  });

  it('has the section of the facts that a comment, a rule or another room cites', () => {
    const cited = globSync(['**/*.{ts,js,mjs,md}', '../test/{engine,conformance,faults,fixtures}/**/*.ts'], {
      cwd: folder,
    }).flatMap((file) =>
      citations(readFileSync(folder + file, 'utf8')).map((section) => ({ file, section })),
    );
    const elsewhere = globSync('../{convex,src,scripts,bench,docs}/**/*.{ts,tsx,md}', {
      cwd: folder,
    }).flatMap((file) =>
      Array.from(readFileSync(folder + file, 'utf8').matchAll(/engine\/SPEC\.md §([\d.]*\d)/g), (match) => ({
        file,
        section: match[1]!,
      })),
    );
    expect(cited.length).toBeGreaterThan(30);
    expect(elsewhere.map(({ section }) => section)).toContain('8.2');
    expect([...cited, ...elsewhere].filter(({ section }) => !facts.includes(section))).toEqual([]);
  });
});

/** `§4.7`, and both ends of `§1.4–1.9`; not the sections of a standard, as in `RFC 6455 §5.2`. */
function citations(text: string): string[] {
  return Array.from(text.matchAll(/(?<!RFC \d+ )§(\d+(?:\.\d+)?)(?:[–-]§?(\d+(?:\.\d+)?))?/g)).flatMap(
    ([, from, to]) => (to === undefined ? [from!] : [from!, to]),
  );
}

function place(section: string): number {
  const [chapter, part = 0] = section.split('.').map(Number) as [number, number?];
  return chapter * 100 + part;
}
