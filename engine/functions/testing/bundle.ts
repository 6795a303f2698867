/** Bundles a fixture's `convex/` folder the way the CLI does, for tests that need real pushed modules. */
import { build } from 'esbuild';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { PushedModule } from '../code/modules.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');

function entryPoints(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(
      (file) =>
        file.isFile() &&
        /^(?:\w+|auth\.config)\.tsx?$/.test(file.name) &&
        !file.parentPath.includes('_generated'),
    )
    .map((file) => join(file.parentPath, file.name))
    .sort();
}

/** The modules of `test/fixtures/apps/<name>/convex`, or of any folder. */
export async function bundleFolder(dir: string): Promise<PushedModule[]> {
  const files = entryPoints(dir);
  const isNode = (file: string): boolean => /^\s*['"]use node['"]/.test(readFileSync(file, 'utf8'));
  const isolate = await bundleAs(
    dir,
    files.filter((file) => !isNode(file)),
    'isolate',
  );
  const node = await bundleAs(dir, files.filter(isNode), 'node');
  return [...isolate, ...node];
}

export function fixtureFolder(name: string): string {
  const dir = join(REPOSITORY, 'test/fixtures/apps', name, 'convex');
  if (!existsSync(dir)) throw new Error(`no fixture app ${name}`);
  return dir;
}

async function bundleAs(
  dir: string,
  files: string[],
  environment: 'isolate' | 'node',
): Promise<PushedModule[]> {
  if (files.length === 0) return [];
  const { outputFiles } = await build({
    entryPoints: files,
    bundle: true,
    absWorkingDir: join(dir, '..'),
    platform: environment === 'node' ? 'node' : 'browser',
    format: 'esm',
    target: 'esnext',
    jsx: 'automatic',
    outdir: join(dir, '../out'),
    outbase: dir,
    conditions: ['convex', 'module'],
    write: false,
    sourcemap: true,
    sourcesContent: false,
    splitting: true,
    chunkNames: environment === 'node' ? '_deps/node/[hash]' : '_deps/[hash]',
    treeShaking: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    keepNames: true,
    nodePaths: [join(REPOSITORY, 'node_modules')],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  const text = (path: string): string | null => outputFiles.find((file) => file.path === path)?.text ?? null;
  return outputFiles
    .filter((file) => file.path.endsWith('.js'))
    .map((file) => ({
      path: relative(join(dir, '../out'), file.path),
      source: file.text,
      sourceMap: text(`${file.path}.map`),
      environment,
    }));
}
