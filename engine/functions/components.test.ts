import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyone, componentData, generationOf, startApp, type TestApp, textOf } from './testing/app.ts';
import { fixtureFolder } from './testing/bundle.ts';

let app: TestApp;
beforeAll(async () => {
  const parent = await componentData(fixtureFolder('parent'), {
    children: { counter: 'counter' },
    httpMounts: { '/counter/': 'counter' },
  });
  const child = await componentData(fixtureFolder('child'), {
    path: 'counter',
    children: { inner: 'counter/inner' },
    env: { LEVEL: { envVar: 'COUNTER_LEVEL' }, FIXED: { value: 'f' } },
  });
  const grandchild = { ...child, info: { ...child.info, path: 'counter/inner', children: {} } };
  app = await startApp(await generationOf(parent, child, grandchild), {
    env: { COUNTER_LEVEL: '3', ROOT_ONLY: 'r' },
  });
}, 60_000);
afterAll(() => app.close());

const value = (run: { result: { ok: boolean } }): any => {
  const result = run.result as unknown as { ok: boolean; value: string; errorMessage: string };
  if (!result.ok) throw new Error(result.errorMessage);
  return JSON.parse(result.value);
};

describe('components', () => {
  it('[engine F41] have tables, environment and a name of their own, and do not learn who the user is', async () => {
    expect(value(await app.mutation('main:bump'))).toBe(1);
    expect(value(app.query('main:own'))).toBe(0);
    const identity = { tokenIdentifier: 'i|s', issuer: 'i', subject: 's' };
    expect(value(app.query('main:read', {}, { identity }))).toEqual({
      count: 1,
      user: null,
      env: {
        LEVEL: '3',
        FIXED: 'f',
        CONVEX_CLOUD_URL: 'http://127.0.0.1:3210',
        CONVEX_SITE_URL: 'http://127.0.0.1:3211/counter',
      },
      me: { name: 'lib:look', componentPath: 'counter', type: 'query', visibility: 'public' },
    });
  });

  it('[engine F7] depend on the variables of the deployment that stand behind theirs', () => {
    const { readSet } = app.query('main:read');
    const names = [...readSet.dependencies].filter((name) => name.startsWith('env:')).sort();
    expect(names).toEqual(['env:*', 'env:COUNTER_LEVEL']);
  });

  it('[engine F41] do not learn it from a function of the app that they call back either', () => {
    const identity = { tokenIdentifier: 'i|s', issuer: 'i', subject: 's' };
    expect(value(app.query('main:whoCallsBack', {}, { identity }))).toEqual(['s', null]);
  });

  it('[engine F41] belong to the transaction of their caller', async () => {
    const before = value(app.query('main:read')).count;
    expect((await app.mutation('main:bumpThenFail')).result.ok).toBe(false);
    expect(value(app.query('main:read')).count).toBe(before);
  });

  it('[engine F41] keep their internal functions to themselves, and all of them from clients', () => {
    expect(() => value(app.query('main:secret'))).toThrow(
      "Couldn't resolve _reference/childComponent/counter/lib/hidden",
    );
    expect(() => value(app.query('main:grandchild'))).toThrow("Couldn't resolve _reference/childComponent");
    const direct = (admin: boolean) =>
      app.runner.query({ component: 'counter', path: 'lib:look', args: {}, caller: { ...anyone, admin } });
    expect(() => value(direct(false))).toThrow(
      'Only admin or system users can call functions on non-root components directly',
    );
    expect(value(direct(true)).me.componentPath).toBe('counter');
    const identity = { tokenIdentifier: 'x|ann', issuer: 'x', subject: 'ann' };
    const asAnn = {
      component: 'counter',
      path: 'lib:look',
      args: {},
      caller: { ...anyone, admin: true, identity },
    };
    expect(value(app.runner.query(asAnn)).user).toEqual(identity);
  });

  it('[engine F41] are called from actions by the same rules', async () => {
    const run = await app.runner.action({ component: '', path: 'main:viaAction', args: {}, caller: anyone });
    expect(value(run)).toMatchObject([expect.any(Number), { user: null }, ['3', 'hidden']]);
  });

  it('[engine F38] answer HTTP requests under the path they are mounted at', async () => {
    const ask = async (path: string): Promise<string> => {
      const request = { method: 'POST', url: `https://site.test${path}`, headers: [], body: null };
      return textOf(await app.runner.http(request, anyone));
    };
    expect(await ask('/counter/hook')).toBe('child /counter/hook http://127.0.0.1:3211/counter');
    expect(await ask('/counter/nothing')).toBe('No matching routes found');
    expect(await ask('/hook')).toBe('No matching routes found');
  });
});
