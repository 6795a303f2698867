/** Builds the app into `dist/`, always: the pages with vite, the widget's loader with esbuild (one classic script, `/w.js`). */
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { build } from 'vite';
import { distDir } from './build.ts';
import { root } from './settings.ts';

await build({ root, logLevel: 'warn' });
await bundle({
  entryPoints: [join(root, 'src/widget/loader.ts')],
  outfile: join(distDir, 'w.js'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2020',
  legalComments: 'none',
});
