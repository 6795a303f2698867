/** The same behaviours on the engine and on `convex-test`; each expectation is what Convex documents or does. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Backend } from './backend.ts';
import { startConvexTestBackend } from './convexTestBackend.ts';
import { differences } from './differences.ts';
import { startEngineBackend } from './engineBackend.ts';
import { insideBehaviours } from './fixture.ts';
import { FAILS } from './cases/support.ts';
import { outside } from './outside.ts';

interface Behaviour {
  id: string;
  observe: (backend: Backend) => Promise<unknown>;
  gives: unknown;
}

/** The kind of function that an area's behaviours run in. */
const KINDS: Record<string, 'query' | 'action'> = {
  reading: 'query',
  acting: 'action',
  componentActions: 'action',
};

const behaviours: Behaviour[] = [
  ...(await insideBehaviours()).map(({ area, title, gives }) => ({
    id: `${area}: ${title}`,
    gives,
    observe: (backend: Backend) => backend[KINDS[area] ?? 'mutation'](`${area}:run`, { title }),
  })),
  ...Object.entries(outside).flatMap(([area, cases]) =>
    Object.entries(cases).map(([title, { does, gives }]) => ({
      id: `${area}: ${title}`,
      gives,
      observe: does,
    })),
  ),
];

describe.each([
  ['engine', startEngineBackend],
  ['convex-test', startConvexTestBackend],
] as const)('on %s', (name, start) => {
  let backend: Backend;
  beforeAll(async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    backend = await start();
  }, 60_000);
  afterAll(async () => {
    await backend.stop();
    vi.restoreAllMocks();
  });

  it.each(behaviours)('$id', async ({ id, gives, observe }) => {
    await backend.reset();
    const observed = await observe(backend).catch(() => FAILS);
    const difference = differences.find((one) => one.backend === name && one.behaviour === id);
    if (difference === undefined) return expect(known(observed)).toEqual(gives);
    expect(known(observed), 'this difference is gone: take it out of differences.ts').not.toEqual(gives);
    expect(known(observed)).toEqual(difference.gets);
  });
});

/** The commit timestamp is another one every time. */
function known(observed: unknown): unknown {
  const at = (observed as { at?: unknown } | null)?.at;
  return typeof at === 'bigint' && at > 10n ** 18n ? { at: 'an int64' } : observed;
}

describe('the lists', () => {
  it('name every behaviour once', () => {
    const ids = behaviours.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    expect(ids.length).toBeGreaterThan(420);
  });

  it('explain differences of behaviours that exist, once each', () => {
    const ids = new Set(behaviours.map(({ id }) => id));
    expect(differences.filter(({ behaviour }) => !ids.has(behaviour))).toEqual([]);
    const keys = differences.map(({ backend, behaviour }) => `${backend} ${behaviour}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
