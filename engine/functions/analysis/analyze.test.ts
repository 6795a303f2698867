import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModuleSyntaxError, type StoredModule, toScript } from '../code/modules.ts';
import { bundleFolder, fixtureFolder } from '../testing/bundle.ts';
import { analyzeBundle } from './analyze.ts';
import { analyzeNodeModules } from './analyzeNode.ts';

async function scriptsOf(dir: string): Promise<Map<string, StoredModule>> {
  const pushed = await bundleFolder(dir);
  return new Map(
    await Promise.all(pushed.map(async (module) => [module.path, await toScript(module)] as const)),
  );
}

const folders: string[] = [];
/** A folder beside the fixtures, so that packages resolve as they do there. */
function folder(files: Record<string, string>): string {
  const dir = mkdtempSync(join(fixtureFolder('runtime'), '../../tmp-'));
  folders.push(dir);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}
afterAll(() => folders.forEach((dir) => rmSync(dir, { recursive: true })));

describe('what a push contains', () => {
  let modules: Map<string, StoredModule>;
  beforeAll(async () => {
    modules = await scriptsOf(fixtureFolder('runtime'));
  }, 60_000);

  it('[engine F29] lists functions with kind, visibility and validators, and HTTP routes, and no chunk of shared code', async () => {
    const { modules: found } = analyzeBundle(
      modules,
      {},
      await analyzeNodeModules(modules, ['nodeActions.js'], {}),
    );
    expect(Object.keys(found).some((path) => path.includes('_deps'))).toBe(false);
    expect(found['basics.js']!.functions.find(({ name }) => name === 'add')).toEqual({
      name: 'add',
      udfType: 'Query',
      visibility: 'public',
      args: {
        type: 'object',
        value: {
          a: { fieldType: { type: 'number' }, optional: false },
          b: { fieldType: { type: 'number' }, optional: false },
        },
      },
      returns: { type: 'number' },
    });
    expect(found['actions.js']!.functions.find(({ name }) => name === 'spins')).toMatchObject({
      udfType: 'Action',
      visibility: 'internal',
    });
    expect(found['nodeActions.js']!.functions[0]).toMatchObject({
      name: 'hash',
      udfType: 'Action',
      visibility: 'public',
    });
    expect(found['http.js']!.httpRoutes).toEqual([
      { path: '/echo', method: 'POST' },
      { path: '/endless', method: 'GET' },
      { path: '/endless/stopped', method: 'GET' },
      { path: '/huge', method: 'GET' },
      { path: '/stream', method: 'GET' },
      { path: '/throws', method: 'GET' },
      { path: '/files/*', method: 'GET' },
    ]);
  });

  it('[engine F29] reads schema, crons and auth config with the environment they see', async () => {
    const found = await scriptsOf(
      folder({
        'schema.ts': `import { defineSchema, defineTable } from 'convex/server'; import { v } from 'convex/values'; export default defineSchema({ t: defineTable({ a: v.string() }).index('by_a', ['a']) });`,
        'crons.ts': `import { anyApi, cronJobs } from 'convex/server'; const crons = cronJobs(); crons.interval('sweep', { hours: 1 }, anyApi.jobs.sweep, { n: 1 }); export default crons;`,
        'auth.config.ts':
          'export default { providers: [{ domain: process.env.ISSUER, applicationID: "app" }] };',
      }),
    );
    const analysis = analyzeBundle(found, { ISSUER: 'https://issuer.test' });
    expect(analysis.schema).toMatchObject({
      schemaValidation: true,
      tables: [{ tableName: 't', indexes: [{ indexDescriptor: 'by_a', fields: ['a'] }] }],
    });
    expect(analysis.modules['crons.js']!.cronSpecs).toEqual({
      sweep: { name: 'jobs:sweep', args: [{ n: 1 }], schedule: { type: 'interval', hours: 1 } },
    });
    expect(analysis.authConfig).toEqual({
      providers: [{ domain: 'https://issuer.test', applicationID: 'app' }],
    });
  });

  it('[engine F46] a mutation says at the push how early it goes, and a word that means nothing fails it', async () => {
    const ranked = (rank: string) => `
      import { mutationGeneric, queryGeneric } from 'convex/server';
      const handler = () => null;
      export const urgent = Object.assign(mutationGeneric({ args: {}, handler }), { writeRank: '${rank}' });
      export const usual = mutationGeneric({ args: {}, handler });
      export const read = Object.assign(queryGeneric({ args: {}, handler }), { writeRank: '${rank}' });`;
    const analyze = async (rank: string) =>
      analyzeBundle(await scriptsOf(folder({ 'ranks.ts': ranked(rank) })), {}).modules['ranks.js']!.functions;
    const found = await analyze('first');
    expect(found.map(({ name, writeRank }) => [name, writeRank])).toEqual([
      ['read', undefined],
      ['urgent', 'first'],
      ['usual', undefined],
    ]);
    await expect(analyze('soon')).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('The writeRank of urgent must be one of first, early'),
    });
  });

  it('[engine F30] fails with the developer’s file and line when a module throws, uses the database or never ends', async () => {
    const analyze = async (text: string) => analyzeBundle(await scriptsOf(folder({ 'bad.ts': text })), {});
    await expect(analyze('\nthrow new Error("at import");')).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(
        /^Failed to analyze bad\.js: Uncaught Error: at import\n {4}at .*bad\.ts:2:7/,
      ),
    });
    await expect(
      analyze(`(globalThis as any).Convex.syscall('1.0/queryStream', '{}');`),
    ).rejects.toMatchObject({ message: expect.stringContaining("Can't use database at import time") });
    await expect(analyze('await new Promise(() => {});')).rejects.toThrow();
  });

  it('[engine F30] names file and line of a module that does not parse', async () => {
    await expect(
      toScript({ path: 'broken.js', source: 'export const a = ;\n', environment: 'isolate' }),
    ).rejects.toThrow(ModuleSyntaxError);
    await expect(
      toScript({ path: 'broken.js', source: 'export const a = ;\n', environment: 'isolate' }),
    ).rejects.toThrow(/Failed to load broken\.js: SyntaxError: .*\(broken\.js:1:/);
  });

  it('[engine F31] takes the server code of @convex-dev/auth as it is', async () => {
    const found = await scriptsOf(fixtureFolder('convexAuth'));
    const analysis = analyzeBundle(found, { CONVEX_SITE_URL: 'https://site.test' });
    expect(analysis.modules['auth.js']!.functions.map(({ name, udfType }) => [name, udfType])).toEqual([
      ['isAuthenticated', 'Query'],
      ['signIn', 'Action'],
      ['signOut', 'Action'],
      ['store', 'Mutation'],
    ]);
    expect(analysis.modules['http.js']!.httpRoutes).toContainEqual({
      path: '/.well-known/jwks.json',
      method: 'GET',
    });
    expect(analysis.authConfig!.providers).toEqual([
      { domain: 'https://site.test', applicationID: 'convex' },
    ]);
    expect((analysis.schema!.tables as { tableName: string }[]).map(({ tableName }) => tableName)).toContain(
      'authSessions',
    );
  }, 60_000);
});
