import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CorruptionError } from '../storage/errors.ts';
import { openStore, type Store } from '../storage/store.ts';
import { CURRENT_FORMAT, type StoredComponent, type StoredGeneration } from './generation.ts';
import { parseGeneration, saveGeneration, usedHashes } from './record.ts';

let dir: string;
let store: Store;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'record-'));
  store = openStore(dir);
});

afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

/** An instance of a definition that has one function `name` in one module. */
function instance(path: string, definitionPath: string, name = definitionPath): StoredComponent {
  return {
    info: { path, children: {}, env: null, httpMounts: {} },
    definitionPath,
    modules: [{ path: 'lib.js', environment: 'isolate', sha256: `hash of ${name}` }],
    functions: [
      {
        modulePath: 'lib.js',
        name,
        udfType: 'Query',
        visibility: 'public',
        args: { type: 'any' },
        returns: null,
      },
    ],
    crons: null,
    schema: { tables: [] },
    httpRoutes: null,
  };
}

function generation(...components: StoredComponent[]): StoredGeneration {
  return {
    format: CURRENT_FORMAT,
    createdAtMs: 5,
    udfServerVersion: '1.49.0',
    nodeVersion: null,
    functionsDir: 'convex/',
    authProviders: [],
    requiredVariables: [],
    baseId: 0,
    environmentHash: '',
    components,
  };
}

const app = instance('', '');
const boxes = generation(app, instance('left', 'box'), instance('right', 'box'), instance('left/in', 'in'));
const definitions = (): unknown =>
  store.db.all("SELECT sha256 FROM modules WHERE kind = 'definition'").map(([sha256]) => sha256);
const reread = (id: number): StoredGeneration =>
  parseGeneration(store.generations, store.generations.get(id)!.json);

describe('records of generations', () => {
  test('[engine P24] give back what was stored, and keep what a definition declares once', () => {
    const first = saveGeneration(store.generations, boxes);
    const second = saveGeneration(store.generations, { ...boxes, createdAtMs: 6 });
    expect(definitions()).toHaveLength(3);
    expect(store.generations.get(first)!.json).not.toContain('"Query"');
    store.close();
    store = openStore(dir);
    expect(reread(first)).toEqual(boxes);
    expect(reread(second)).toEqual({ ...boxes, createdAtMs: 6 });
  });

  test('[engine P24] give what changed a place of its own', () => {
    const first = saveGeneration(store.generations, boxes);
    const changed = generation(instance('', '', 'new'), ...boxes.components.slice(1));
    const second = saveGeneration(store.generations, changed);
    expect(definitions()).toHaveLength(4);
    expect([reread(first), reread(second)]).toEqual([boxes, changed]);
  });

  test('[engine P24] need the definitions they name and the modules of these', () => {
    const first = saveGeneration(store.generations, boxes);
    const second = saveGeneration(store.generations, generation(app));
    store.generations.activate(second);
    expect(usedHashes(store.generations)).toEqual(
      new Set([...(definitions() as string[]), 'hash of ', 'hash of box', 'hash of in']),
    );
    store.generations.prune(first + 1);
    store.generations.pruneModules(usedHashes(store.generations));
    expect(definitions()).toHaveLength(1);
    expect(reread(second)).toEqual(generation(app));
  });

  test('[engine P25] of before, which hold a copy for each instance, are read as they are', () => {
    const old = store.generations.save(JSON.stringify(boxes));
    expect(reread(old)).toEqual(boxes);
    expect(usedHashes(store.generations)).toEqual(new Set(['hash of ', 'hash of box', 'hash of in']));
    const next = saveGeneration(store.generations, reread(old));
    expect(reread(next)).toEqual(boxes);
    expect(definitions()).toHaveLength(3);
  });

  test('[engine S4] that name a definition which is gone are damaged', () => {
    const id = saveGeneration(store.generations, boxes);
    store.db.run("DELETE FROM modules WHERE kind = 'definition'");
    expect(() => reread(id)).toThrow(CorruptionError);
  });
});
