/** How the widget's loader is built: one tiny classic script, `/w.js`. */
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { root } from './root.ts';

export const loader = {
  entryPoints: [join(root, 'src/widget/loader.ts')],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2020',
  legalComments: 'none',
} satisfies BuildOptions;
