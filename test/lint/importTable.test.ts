/** The import table of the house style is worth what its linter catches: each forbidden import is fed to it once. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'baton-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** file → the import that must not stand in it. */
const forbidden: [file: string, line: string][] = [
  ['convex/shared/tickets/a.ts', "import '../../model/tickets'"],
  ['convex/shared/tickets/b.ts', "import '../../_generated/server'"],
  ['convex/shared/agents/language/c.ts', "import '../../../errors'"],
  ['convex/model/tickets/a.ts', "import '../../tickets'"],
  ['convex/model/tickets/b.ts', "import { query } from '../../_generated/server'"],
  ['convex/model/tickets/c.ts', "import '../../../src/lib/time'"],
  ['convex/model/tickets/d.ts', "import '../../jobs/tickets'"],
  ['convex/tickets.ts', "import { mutation } from './_generated/server'"],
  ['convex/http/api/a.ts', "import { internalMutation } from '../../_generated/server'"],
  ['convex/agents/a.ts', "import '../../engine/values/json.ts'"],
  ['src/routes/a.tsx', "import 'convex/react'"],
  ['src/routes/b.tsx', "import '../../convex/shared/tickets/tickets'"],
  ['src/features/inbox/a.tsx', "import 'convex/react'"],
  ['src/features/inbox/b.tsx', "import '../../../convex/_generated/api'"],
  ['src/features/inbox/c.tsx', "import '../ticket/thread'"],
  ['src/features/inbox/d.tsx', "import '../../../engine/values/json.ts'"],
  ['src/actions/a.ts', "import '../features/inbox/ticketList'"],
  ['src/ui/a.tsx', "import '../features/inbox/ticketList'"],
  ['src/ui/b.tsx', "import '../convex/session'"],
  ['src/lib/a.ts', "import '../ui/button'"],
  ['src/convex/a.ts', "import '../features/inbox/ticketList'"],
  ['src/widget/a.tsx', "import '../ui/button'"],
  ['src/widget/b.tsx', "import 'react'"],
  ['engine/values/a.ts', "import '../storage/store.ts'"],
  ['engine/storage/a.ts', "import '../transaction/transaction.ts'"],
  ['engine/query/a.ts', "import '../functions/runner.ts'"],
  ['engine/transaction/a.ts', "import '../subscriptions/liveQueries.ts'"],
  ['engine/functions/a.ts', "import '../sync/session.ts'"],
  ['engine/functions/run/a.ts', "import '../../sync/session.ts'"],
  ['engine/functions/run/b.ts', "import '../runner.ts'"],
  ['engine/functions/code/a.ts', "import '../calls/failure.ts'"],
  ['engine/functions/actions/a.ts', "import '../analysis/analyze.ts'"],
  ['engine/subscriptions/a.ts', "import '../http/server.ts'"],
  ['engine/sync/a.ts', "import '../server/engine.ts'"],
  ['engine/files/a.ts', "import '../snapshot/routes.ts'"],
  ['engine/operations/a.ts', "import '../server/engine.ts'"],
  ['engine/values/b.ts', "import '../../convex/shared/tickets/tickets'"],
];

/** The same places with what they may import. */
const allowed: [file: string, line: string][] = [
  ['convex/shared/tickets/ok.ts', "import './events'; import '../control/control'"],
  [
    'convex/model/tickets/ok.ts',
    "import type { Doc } from '../../_generated/dataModel'; import '../../shared/tickets/tickets'; import '../kit/errors'",
  ],
  ['convex/functions.ts', "import { query } from './_generated/server'"],
  [
    'src/features/inbox/ok.tsx',
    "import './ticketList'; import '../../ui/button'; import '../../../convex/shared/tickets/tickets'",
  ],
  ['src/ui/ok.tsx', "import '../lib/time'"],
  ['src/convex/ok.ts', "import 'convex/react'; import '../../convex/_generated/api'"],
  ['engine/transaction/ok.ts', "import '../values/json.ts'; import '../storage/store.ts'"],
  ['engine/functions/run/ok.ts', "import '../calls/failure.ts'; import '../../values/json.ts'"],
];

let reports: string;

beforeAll(async () => {
  // Without the parts that need the whole project: types, and the plugin that is loaded from node_modules.
  const {
    jsPlugins: _plugins,
    options: _options,
    overrides,
    ...config
  } = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'));
  const imports = overrides.filter((each: { rules: object }) => 'no-restricted-imports' in each.rules);
  writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify({ ...config, overrides: imports }));
  for (const [file, line] of [...forbidden, ...allowed]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${line};\n`);
  }
  reports = await new Promise((resolve) =>
    execFile(join(root, 'node_modules/.bin/oxlint'), ['-f', 'unix', '.'], { cwd: folder }, (_error, stdout) =>
      resolve(stdout),
    ),
  );
});

type Layer = {
  files: string[];
  rules: { 'no-restricted-imports': [string, { patterns: { regex: string }[] }] };
};

/** The overrides for the folders directly in `parent`. */
function readLayers(parent: string): Layer[] {
  const { overrides } = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as {
    overrides: Layer[];
  };
  return overrides.filter(
    ({ files, rules }) => folderIn(parent, files[0]!) !== null && 'no-restricted-imports' in rules,
  );
}

const reportsOn = (file: string) =>
  reports.split('\n').filter((line) => line.startsWith(`${file}:`) && line.includes('no-restricted-imports'));

const folderIn = (parent: string, glob: string) =>
  new RegExp(`^${parent}/(\\w+)/\\*\\*/`).exec(glob)?.[1] ?? null;
/** The folders that a layer's patterns name. */
const named = ({ rules }: Layer, folders: string[]) =>
  folders.filter((folder) =>
    rules['no-restricted-imports'][1].patterns.some(({ regex }) =>
      new RegExp(`[(|]${folder}[|)/]`).test(regex),
    ),
  );

it.each([
  ['engine', []],
  ['engine/functions', ['testing']],
])('gives every folder of %s a layer, and each layer forbids exactly those above it', (parent, without) => {
  const layers = readLayers(parent);
  const order = layers.map(({ files }) => folderIn(parent, files[0]!)!);
  const folders = readdirSync(join(root, parent), { withFileTypes: true })
    .filter((each) => each.isDirectory() && !without.includes(each.name))
    .map(({ name }) => name);
  expect(order.toSorted()).toEqual(folders.toSorted());
  layers.forEach((layer, at) => expect(named(layer, order), order[at]).toEqual(order.slice(at + 1)));
});

it.each(forbidden)('%s may not contain: %s', (file) => {
  expect(reportsOn(file)).not.toEqual([]);
});

it.each(allowed)('%s may contain: %s', (file) => {
  expect(reportsOn(file)).toEqual([]);
});
