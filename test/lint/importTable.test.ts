/** The import table is worth what its linter catches: each forbidden import is fed to it once. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCircles } from '../../scripts/imports.ts';
import { measureRooms } from '../../scripts/rooms.ts';
import { root } from '../../scripts/root.ts';
import { folders, reserved, rooms } from './importTable.ts';

/** file → the import that must not stand in it. */
const forbidden: [file: string, line: string][] = [
  ['convex/shared/tickets/a.ts', "import '../../model/tickets'"],
  ['convex/shared/tickets/b.ts', "import '../../_generated/server'"],
  ['convex/shared/agents/language/c.ts', "import '../../../errors'"],
  ['convex/model/tickets/a.ts', "import '../../tickets'"],
  ['convex/model/tickets/b.ts', "import { query } from '../../_generated/server'"],
  ['convex/model/tickets/c.ts', "import '../../../src/lib/time'"],
  ['convex/model/tickets/d.ts', "import '../../jobs/tickets'"],
  ['convex/model/tickets/e.ts', "import '../../migrations/run'"],
  ['convex/migrations/from1/a.ts', "import { internalMutation } from '../../_generated/server'"],
  ['convex/model/kit/a.ts', "import '../tickets/tickets'"],
  ['convex/model/kit/b.ts', "export * from '../tickets/tickets'"],
  ['convex/model/kit/c.ts', "export { loadTicket } from '../tickets/tickets'"],
  ['convex/model/kit/d.ts', "import type { Ticket } from '../tickets/tickets'"],
  ['convex/model/kit/e.ts', "export const later = () => import('../tickets/tickets')"],
  ['convex/model/kit/f.ts', "export type Ticket = import('../tickets/tickets').Ticket"],
  ['convex/model/conversation/a.ts', "import '../control/door'"],
  ['convex/shared/kit/a.ts', "import '../agents/agents'"],
  ['convex/tables/a.ts', "import '../model/tickets/tickets'"],
  ['convex/tickets.ts', "import { mutation } from './_generated/server'"],
  ['convex/teams.ts', "import * as server from './_generated/server'"],
  ['convex/jobs/a.ts', "export { internalMutation as job } from '../_generated/server'"],
  ['convex/jobs/b.ts', "import { api } from '../_generated/api'"],
  ['convex/http/api/a.ts', "import { internalMutation } from '../../_generated/server'"],
  ['convex/agents/a.ts', "import '../../engine/values/json.ts'"],
  ['src/routes/a.tsx', "import 'convex/react'"],
  ['src/routes/b.tsx', "import '../../convex/shared/tickets/tickets'"],
  ['src/features/inbox/a.tsx', "import 'convex/react'"],
  ['src/features/inbox/b.tsx', "import '../../../convex/_generated/api'"],
  ['src/features/inbox/c.tsx', "import '../ticket/thread'"],
  ['src/features/inbox/d.tsx', "import '../../../engine/values/json.ts'"],
  ['src/features/inbox/e.tsx', "import { ConvexError } from 'convex/values'"],
  ['src/lib/b.ts', "import 'convex/react'"],
  ['src/demo/a.ts', "import '../widget/page'"],
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
  ['providers/resend/a.ts', "import '../../convex/shared/kit/text'"],
  ['client/a.ts', "import '../convex/shared/kit/text'"],
];

/** The same places with what they may import. */
const allowed: [file: string, line: string][] = [
  [
    'convex/shared/agents/ok.ts',
    "import './agents'; import '../tickets/tickets'; import '../kit/problemCodes'",
  ],
  [
    'convex/model/tickets/ok.ts',
    "import type { Doc } from '../../_generated/dataModel'; import '../../shared/tickets/tickets'; import '../kit/errors'",
  ],
  ['convex/model/kit/anything.test.ts', "import '../tickets/tickets'; import '../../jobs/tickets'"],
  ['convex/model/kit/anything.setup.ts', "import '../tickets/tickets'; import '../../jobs/tickets'"],
  ['convex/jobs/ok.ts', "import { internal } from '../_generated/api'; import '../model/tickets/tickets'"],
  ['convex/functions.ts', "import { query } from './_generated/server'"],
  [
    'src/features/inbox/ok.tsx',
    "import './ticketList'; import '../../ui/button'; import '../../../convex/shared/tickets/tickets'",
  ],
  ['src/ui/ok.tsx', "import '../lib/time'"],
  ['src/lib/ok.ts', "import { ConvexError } from 'convex/values'"],
  ['src/convex/ok.ts', "import 'convex/react'; import '../../convex/_generated/api'"],
  ['engine/transaction/ok.ts', "import '../values/json.ts'; import '../storage/store.ts'"],
  ['engine/functions/run/ok.ts', "import '../calls/failure.ts'; import '../../values/json.ts'"],
  ['engine/functions/ok.ts', "import './run/queries.ts'"],
  ['engine/values/testing/ok.ts', "import '../../storage/store.ts'"],
  ['scripts/ok.ts', "import '../convex/model/tickets/tickets'; import '../engine/server/engine.ts'"],
];

/** A folder of the table and the rooms in it: where a module may stand, and what it may import. */
function placesOf(place: string, may: string[]): { place: string; may: string[] }[] {
  const inside = Object.entries(rooms[place] ?? {}).flatMap(([room, lower]) =>
    placesOf(`${place}/${room}`, [...may, ...lower.map((each) => `${place}/${each}`)]),
  );
  return [{ place, may }, ...inside];
}

const places = folders.flatMap(({ folder, may }) => placesOf(folder.replace('*', 'one'), may));

/** What a module in every place is made to import, a line each: every place, and every package that is reserved. */
const targets = [
  ...places.map(({ place }) => place),
  'src/features/other',
  ...reserved.flatMap(({ modules }) => modules.filter((module) => module.startsWith('npm:'))),
];

const isIn = (place: string, list: string[]) => list.some((each) => `${place}/`.startsWith(`${each}/`));

function isOpen(place: string, may: string[], target: string): boolean {
  if (!target.startsWith('npm:')) return isIn(target, [place, ...may]);
  const { only, never = [] } = reserved.find(({ modules }) => modules.includes(target))!;
  return only ? isIn(place, only) : !isIn(place, never);
}

function importEverything(place: string): string {
  const up = '../'.repeat(place.split('/').length);
  const specifiers = targets.map((to) => (to.startsWith('npm:') ? to.slice(4) : `${up}${to}/anything`));
  return specifiers.map((specifier) => `import '${specifier}';\n`).join('');
}

/** Where the linter reported the table's rule: `file:line`. */
let reported: Set<string>;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'baton-lint-'));
  for (const part of ['package.json', 'scripts/imports.ts', 'scripts/root.ts', 'test/lint']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  // Without the parts that need the whole project: types, and the other plugins.
  const { options: _options, ...config } = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'));
  config.jsPlugins = config.jsPlugins.filter((plugin: string) => plugin.startsWith('./test/lint/'));
  config.overrides = config.overrides.filter((each: { rules: object }) => 'structure/imports' in each.rules);
  writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify(config));
  for (const [file, text] of [
    ...forbidden,
    ...allowed,
    ...places.map(({ place }) => [`${place}/everything.ts`, importEverything(place)] as const),
  ]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const output = await new Promise<string>((resolve) =>
    execFile(
      join(root, 'node_modules/.bin/oxlint'),
      ['-f', 'unix', '.'],
      { cwd: folder, maxBuffer: 2 ** 24 },
      (_error, stdout) => resolve(stdout),
    ),
  );
  const found = output.matchAll(/^(.+:\d+):\d+: .*structure\(imports\)\]$/gm);
  reported = new Set(Array.from(found, (match) => match[1]!));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the linter', () => {
  it.each(forbidden)('refuses in %s: %s', (file) => {
    expect(reported).toContain(`${file}:1`);
  });

  it.each(allowed)('lets pass in %s: %s', (file) => {
    expect(reported).not.toContain(`${file}:1`);
  });

  it.each(places)('lets $place import what the table opens to it, and nothing else', ({ place, may }) => {
    const passed = targets.filter((_to, at) => !reported.has(`${place}/everything.ts:${at + 1}`));
    expect(passed).toEqual(targets.filter((to) => isOpen(place, may, to)));
  });
});

describe('the table', () => {
  const foldersIn = (parent: string) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((each) => each.isDirectory() && each.name !== 'testing')
      .map(({ name }) => name)
      .toSorted();

  it.each(Object.keys(rooms))('names every room of %s, and no other', (parent) => {
    expect(Object.keys(rooms[parent]!).toSorted()).toEqual(foldersIn(parent));
  });

  it('has a row for every folder of src', () => {
    const named = folders.map(({ folder: row }) => /^src\/(\w+)/.exec(row)?.[1]);
    expect(foldersIn('src').filter((name) => !named.includes(name))).toEqual([]);
  });

  it.each(Object.entries(rooms))(
    'draws no circle in %s, and no arrow to a room it does not know',
    (_parent, each) => {
      expect(findCircles(new Map(Object.entries(each)))).toEqual([]);
      expect(
        Object.values(each)
          .flat()
          .filter((room) => !(room in each)),
      ).toEqual([]);
    },
  );

  it.each(['convex/shared', 'convex/model'])('names no arrow in %s that no import draws', async (parent) => {
    const measured = await measureRooms(parent);
    for (const [room, lower] of Object.entries(rooms[parent]!)) {
      expect([...measured.get(room)!.arrows.keys()], room).toEqual(expect.arrayContaining(lower));
    }
  });

  it('has the layers of the engine as its README tells them', () => {
    const told = readFileSync(join(root, 'engine/README.md'), 'utf8').matchAll(/^\| `(\w+)\/` \|/gm);
    expect(Object.keys(rooms.engine!)).toEqual(Array.from(told, (match) => match[1]));
  });
});
