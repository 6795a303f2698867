/**
 * Builds the app into `dist/`: the pages with vite, the widget's loader with esbuild (one classic script, `/w.js`).
 * A stamp of every input's content makes a second start skip the build.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
export const distDir = join(root, 'dist');
const stampFile = join(distDir, '.inputs');

const inputPatterns = [
  'src/**/*',
  'public/**/*',
  'convex/shared/**/*.ts',
  'convex/_generated/**/*',
  '*.html',
  'vite.config.ts',
  'package-lock.json',
  'scripts/build.ts',
];

async function hashInputs(): Promise<string> {
  const files: string[] = [];
  for await (const entry of glob(inputPatterns, { cwd: root, withFileTypes: true })) {
    // The route tree is written by the build itself.
    if (entry.isFile() && entry.name !== 'routeTree.gen.ts') files.push(join(entry.parentPath, entry.name));
  }
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

/** Builds when an input has changed since the last build; returns whether it did. */
export async function buildApp(options: { log?: (line: string) => void } = {}): Promise<boolean> {
  const stamp = await hashInputs();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return false;
  options.log?.('Building the app…');
  // Loaded only when there is something to build: start-up is measured in tenths of a second.
  const [{ build }, esbuild] = await Promise.all([import('vite'), import('esbuild')]);
  await forProduction(() => build({ root, logLevel: 'warn' }));
  await esbuild.build({
    entryPoints: [join(root, 'src/widget/loader.ts')],
    outfile: join(distDir, 'w.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    legalComments: 'none',
  });
  writeFileSync(stampFile, stamp);
  return true;
}

/** Whoever builds, a test runner too: its NODE_ENV would put React's development build into what `npm start` then serves. */
async function forProduction(run: () => Promise<unknown>): Promise<void> {
  const { NODE_ENV: before } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await run();
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}

if (import.meta.main) {
  await buildApp({ log: console.log });
}
