/** Builds the app into `dist/`, always: the pages with vite, the widget's loader with esbuild (one classic script, `/w.js`). */
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { build } from 'vite';
import { distDir } from './build.ts';
import { loader } from './loader.ts';
import { root } from './settings.ts';

await build({ root, logLevel: 'warn' });
await bundle({ ...loader, outfile: join(distDir, 'w.js') });
