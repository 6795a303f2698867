/**
 * [ux B1] [ux B5] [ux B6] What the desk costs before the inbox works, what the chat costs the page it is on, and the visitor
 * who opens it. Gzip as a server would.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const manifestFile = join(dist, '.vite/manifest.json');

describe('what the loader costs a page', () => {
  it('[ux B5] the loader is one classic script of at most 2 kB', async () => {
    const { outputFiles } = await build({
      entryPoints: [join(root, 'src/widget/loader.ts')],
      bundle: true,
      minify: true,
      format: 'iife',
      target: 'es2020',
      legalComments: 'none',
      write: false,
    });
    expect(outputFiles).toHaveLength(1);
    const { text, contents } = outputFiles[0]!;
    expect(gzipSync(contents).length).toBeLessThanOrEqual(2048);
    // What a strict content security policy or Trusted Types would stop.
    expect(text).not.toMatch(/innerHTML|\beval\b|new Function|setAttribute\("style"|createElement\("style"/);
  });
});

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
}

/** The files that a browser has to have for these entries, without what it fetches later. */
function filesOf(...entries: string[]): string[] {
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, Chunk>;
  const files = new Set<string>();
  const visit = (key: string) => {
    const { file, css = [], imports = [] } = manifest[key]!;
    if (files.has(file)) return;
    for (const each of [file, ...css]) files.add(each);
    imports.forEach(visit);
  };
  entries.forEach(visit);
  return [...files];
}

const bytesOf = (files: string[]) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length, 0);

/** A route's own part, which is fetched once its address is known. */
const routePart = (route: string) => `src/routes/${route}.tsx?tsr-split=component`;

describe.skipIf(!existsSync(manifestFile))('what has to be there (needs a built dist)', () => {
  it('[ux B1] all scripts of the inbox with an open ticket are at most 220 kB', () => {
    const files = filesOf(
      'index.html',
      ...['_desk', '_desk.inbox.$view', '_desk.inbox.$view.$number'].map(routePart),
    );
    const scripts = files.filter((file) => file.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(3);
    expect(bytesOf(scripts)).toBeLessThanOrEqual(220_000);
  });

  it('[ux B3] what reports add to the desk is at most 20 kB, their lines included', () => {
    const desk = new Set(filesOf('index.html', ...['_desk', '_desk.inbox.$view'].map(routePart)));
    const own = filesOf('index.html', routePart('_desk'), routePart('_desk.reports')).filter(
      (file) => !desk.has(file) && file.endsWith('.js'),
    );
    expect(own.length).toBeGreaterThan(0);
    expect(bytesOf(own)).toBeLessThanOrEqual(20_000);
  });

  it('[ux B6] all scripts and styles of the chat are at most 45 kB', () => {
    const files = filesOf('widget.html');
    expect(files.length).toBeGreaterThan(1);
    expect(bytesOf(files)).toBeLessThanOrEqual(45_000);
  });
});
