/** Nothing in the repository cites a document, a heading, a rule, a goal or a lesson that it does not have. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { authTables } from '@convex-dev/auth/server';
import { describe, expect, it } from 'vitest';
import schema from '../../convex/schema';
import { books } from './books.ts';
import {
  anchorsOf,
  documentsCited,
  idsCited,
  linksOf,
  modulesCited,
  pathsOf,
  placesOf,
  topFolders,
} from './citations.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = `{${topFolders.join(',')}}`;
const files = globSync(
  ['*.{md,ts,html,json}', '.ox*.json', '.ci/run', `${folders}/**/*.{ts,tsx,js,mjs,css,html,md,c}`],
  {
    cwd: root,
    exclude: ['**/node_modules/**', '**/_generated/**', 'package-lock.json', 'test/law/citations.test.ts'],
  },
);
/** Written by `npm run bench`. */
const made = 'bench/results';
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

/** Beside the file that cites it, or in a folder above. */
function resolves(from: string, name: string): boolean {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    if (existsSync(join(root, folder, name))) return true;
    if (folder === '.') return false;
  }
}

const [rules, engine, ux, lessons] = books.map(({ ids }) => new Set(ids));
const chapters = textOf('docs/rules.md').matchAll(/^## (\d)\. /gm);
const proof = textOf('docs/goals.md').matchAll(/^\| ((?:perf|fault|sec)-\d+) \| /gm);
const known: Record<string, Set<string>> = {
  '': new Set([...rules!, ...Array.from(chapters, ([, chapter]) => `§${chapter}`)]),
  engine: engine!,
  ux: ux!,
  lesson: lessons!,
  goals: new Set([...ux!, ...lessons!, ...Array.from(proof, ([, id]) => id!)]),
};

describe('what is cited', () => {
  it('is a document of this repository', () => {
    const missing = files.flatMap((file) =>
      documentsCited(textOf(file))
        .filter((name) => !resolves(file, name))
        .map((name) => `${file}: ${name}`),
    );
    expect(files.length).toBeGreaterThan(500);
    expect(missing).toEqual([]);
  });

  it('is a file, where a comment names one', () => {
    const cited = files
      .filter((file) => /\.(?:tsx?|mjs|js|css)$/.test(file))
      .flatMap((file) => modulesCited(textOf(file)).map((name) => ({ file, name })));
    expect(cited.length).toBeGreaterThan(100);
    const missing = cited.filter(({ file, name }) => !resolves(file, name));
    expect(missing.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  });

  it('is a path that a document can name', () => {
    const missing = files
      .filter((file) => file.endsWith('.md') && !file.startsWith('test/fixtures/'))
      .flatMap((file) => pathsOf(textOf(file)).map((path) => ({ file, path })))
      .filter(({ path }) => path !== made && !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it('is a rule, a goal or a lesson of its book', () => {
    const cited = files.flatMap((file) => idsCited(textOf(file)).map((each) => ({ file, ...each })));
    expect(cited.length).toBeGreaterThan(500);
    expect(cited.filter(({ book, id }) => !known[book]!.has(id))).toEqual([]);
  });

  it('is on the map of the house style', () => {
    const places = placesOf(textOf('docs/style.md').split('```')[1]!);
    expect(places).toContain('convex/functions.ts');
    expect(places.filter((place) => !existsSync(join(root, place)))).toEqual([]);
    expect(topFolders.filter((each) => existsSync(join(root, each)) && !places.includes(`${each}/`))).toEqual(
      [],
    );
  });

  it('is every table of the desk, once, in the map of its chapters', () => {
    const tables = Object.keys(schema.tables).filter((name) => !(name in authTables));
    const rows = textOf('convex/README.md').matchAll(/^\| [A-Z].* \| `\w+` \| (.+) \|$/gm);
    const named = Array.from(rows, ([, names]) => names!.split(', ')).flat();
    expect(named.toSorted()).toEqual(tables.toSorted());
  });

  it('is a file and a heading that links lead to', () => {
    const dead = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) =>
        linksOf(textOf(file)).flatMap((target) => {
          const [path = '', anchor] = target.split('#');
          const to = path === '' ? file : normalize(join(dirname(file), path));
          const leads =
            existsSync(join(root, to)) && (anchor === undefined || anchorsOf(textOf(to)).includes(anchor));
          return leads ? [] : [`${file}: ${target}`];
        }),
      );
    expect(dead).toEqual([]);
  });
});

describe('a citation', () => {
  it.each([
    ['see engine.md, and docs/a.md.', ['engine.md', 'docs/a.md']],
    ['[x](../docs/a.md#b) (README.md)', ['../docs/a.md', 'README.md']],
    ['https://a.test/b/c.md, **/*.md, x.mdx', []],
  ])('of documents in %j is %j', (text, names) => {
    expect(documentsCited(text)).toEqual(names);
  });

  it.each([
    ['(docs/rules.md §4 A2, R1) T1', ['§4', 'A2', 'R1']],
    ['(docs/rules.md T1–T5)', ['T1', 'T5']],
    ['/** (docs/rules.md P4,\n * C8). B1 */', ['P4', 'C8']],
    ['docs/rules.md says. C1', []],
    ['docs/rules.md C1; docs/goals.md L6, perf-1', ['C1', 'goals L6', 'goals perf-1']],
    ['[engine R3] (lesson L5)', ['engine R3', 'lesson L5']],
  ])('of ids in %j is %j', (text, ids) => {
    expect(idsCited(text).map(({ book, id }) => `${book} ${id}`.trim())).toEqual(ids);
  });

  it.each([
    ['/** (model/a.ts), b.test.ts. */ f("c.ts"); // ./d.tsx', ['model/a.ts', 'b.test.ts', './d.tsx']],
    ['// https://a.test/b.ts, **/*.ts, <x>.setup.ts, a.ts:L:C, mod.js', []],
  ])('of modules in %j is %j', (text, names) => {
    expect(modulesCited(text)).toEqual(names);
  });

  it('of paths stands in a code span', () => {
    const text = '`convex/a.ts` `src/<x>/b` `a/b.ts` convex/c.ts `test/**` `engine/x/y`';
    expect(pathsOf(text)).toEqual(['convex/a.ts', 'engine/x/y']);
  });

  it('of a map is what stands at its margin, and one step in', () => {
    expect(placesOf('a/   one\n  b.ts  two\n  c/<x>/ three\n     words\nd.json\n')).toEqual([
      'a/',
      'a/b.ts',
      'd.json',
    ]);
  });

  it('of headings is by their words', () => {
    expect(anchorsOf('# A b\n## 1. Control: one voice (C)\n')).toEqual(['a-b', '1-control-one-voice-c']);
    expect(linksOf('[a](b.md#c) ![d](e.png) [f](https://g.test)')).toEqual(['b.md#c', 'e.png']);
  });
});
