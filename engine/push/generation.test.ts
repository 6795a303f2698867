import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { toScript, type PushedModule } from '../functions/code/modules.ts';
import { openStore, type Store } from '../storage/store.ts';
import {
  CURRENT_FORMAT,
  moduleHash,
  openGeneration,
  putModule,
  readModule,
  upgradeScripts,
  type StoredGeneration,
} from './generation.ts';
import { refOf } from './request.ts';

let dir: string;
let store: Store;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'generation-'));
  store = openStore(dir);
});

afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

const pushed: PushedModule = {
  path: 'a.js',
  source: 'export const one = 1;\n',
  sourceMap: '{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA"}',
  environment: 'isolate',
};

function storedWith(modules: PushedModule[], format = CURRENT_FORMAT): StoredGeneration {
  return {
    format,
    createdAtMs: 5,
    udfServerVersion: '1.49.0',
    nodeVersion: null,
    functionsDir: 'convex/',
    authProviders: [{ domain: 'd', applicationID: 'a' }],
    requiredVariables: [],
    baseId: 0,
    environmentHash: '',
    components: [
      {
        info: { path: '', children: {}, env: null, httpMounts: {} },
        definitionPath: '',
        modules: modules.map(refOf),
        functions: [
          {
            modulePath: 'a.js',
            name: 'one',
            udfType: 'Query',
            visibility: 'public',
            args: { type: 'any' },
            returns: null,
          },
        ],
        crons: null,
        schema: null,
        httpRoutes: null,
      },
    ],
  };
}

describe('stored generations', () => {
  test("[engine P24] the hash is the CLI's: sha256 of source and source map", () => {
    expect(moduleHash(pushed)).toBe('ab538fb467b23daade066d9ff63bf2efd8ee184547908454fbfb5d73100702cd');
  });

  test('[engine P24] a module is read at first use, its source map only when asked for, and survives reopening', async () => {
    putModule(store.generations, { ...refOf(pushed), pushed, stored: await toScript(pushed) });
    store.close();
    store = openStore(dir);
    const getModule = vi.spyOn(store.generations, 'getModule');
    const generation = openGeneration(store.generations, 7, storedWith([pushed]));
    expect(generation.findFunction('', 'a', 'one')).toMatchObject({ udfType: 'Query', component: '' });
    expect(generation.modules('').has('a.js')).toBe(true);
    expect(getModule).not.toHaveBeenCalled();
    const module = generation.modules('').get('a.js')!;
    expect(module.script).toContain('one');
    expect(generation.modules('').get('a.js')).toBe(module);
    expect(getModule).toHaveBeenCalledTimes(1);
    expect(module.sourceMap).toContain('a.ts');
    expect(getModule).toHaveBeenCalledTimes(2);
    expect(readModule(store.generations, refOf(pushed))!.pushed).toEqual(pushed);
  });

  test('[engine P24] one source in two environments or files is kept apart', async () => {
    const node: PushedModule = { ...pushed, environment: 'node' };
    putModule(store.generations, { ...refOf(pushed), pushed, stored: await toScript(pushed) });
    expect(readModule(store.generations, refOf(node))).toBeNull();
    expect(readModule(store.generations, refOf({ ...pushed, path: 'b.js' }))).toBeNull();
  });

  test('[engine P25] scripts of an older format are made again from their source', async () => {
    const ref = refOf(pushed);
    store.generations.putModule({
      sha256: ref.sha256,
      kind: '0:isolate:a.js',
      source: pushed.source,
      sourceMap: pushed.sourceMap!,
      code: 'old',
    });
    const remade = await upgradeScripts(store.generations, storedWith([pushed], 0));
    for (const module of remade) putModule(store.generations, module);
    expect(readModule(store.generations, ref)!.stored.script).toContain('one');
    expect(await upgradeScripts(store.generations, storedWith([pushed]))).toEqual([]);
  });
});
