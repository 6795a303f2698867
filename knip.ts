/** What is dead fails `npm test`: files nothing reaches, exports nothing imports, packages nothing needs. */
import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  // Its plugin takes every module of convex/ for an entry.
  convex: false,
  entry: [
    // What Convex calls by name. The model and what is shared are reached from here.
    'convex/*.ts',
    // A package of its own, which agents use.
    'client/*.ts',
    'convex/{accounts,agents,delivery,http,jobs,migrations,push,webhooks}/**/*.ts',
    'src/routes/*.tsx',
    'src/widget/loader.ts',
    'src/demo/demo.css',
    'engine/cli/main.mjs',
    'providers/*/main.ts',
    'providers/*/mailbox/*.{css,js}',
    'providers/*/dashboard/*.css',
    'providers/phone/*.{css,js}',
    // Scripts that are started, not imported: by name, or evaluated inside a realm.
    'engine/functions/realm/inside/*.js',
    'scripts/*.{ts,mjs}',
    'bench/run.ts',
    'bench/baselines/*.ts',
    'bench/desk/{mailDesk,seed}.ts',
    'bench/app/**/*.ts',
    'test/chaos/page/main.tsx',
    'test/faults/*.ts',
    'convex/_generated/*.js',
    'test/fixtures/apps/**/*.{ts,tsx,css}',
    'test/fixtures/folders/make.ts',
    'test/journeys/prepare.ts',
    'test/pictures/*.ts',
    'test/upgrades/host.ts',
  ],
  project: ['{client,convex,src,engine,providers,scripts,bench,test}/**/*.{ts,tsx,js,mjs,css}'],
  // Both take the whole of convex/, by a list and by a pattern, so that nothing in it would ever be dead.
  compilers: {
    ts: (text: string, path: string) =>
      path.endsWith('_generated/api.d.ts')
        ? 'export {};'
        : text.replaceAll('import.meta.glob', 'everyModule'),
  },
  // `node` is the runtime that npm puts first on the path; the streams are read as text, for the realm; `cc` builds the
  // preloaded library of the fault runs.
  ignoreDependencies: ['node', 'web-streams-polyfill'],
  ignoreBinaries: ['cc'],
  ignoreUnresolved: [/_generated\//],
};

export default config;
