/** The fixture app on `convex-test`, the in-memory double that Convex's own users test with. */
import { makeFunctionReference } from 'convex/server';
import { convexTest } from 'convex-test';
import { until } from '../engine/harness.ts';
import type { Backend, Calls } from './backend.ts';
import { components, modules, schema } from './fixture.ts';

type Fake = Pick<ReturnType<typeof convexTest>, 'query' | 'mutation' | 'action'>;

export async function startConvexTestBackend(): Promise<Backend> {
  const fake = convexTest(await schema(), modules);
  for (const one of await components()) fake.registerComponent(one.path, one.schema, one.modules);
  const calls = callsOf(fake as Fake);
  return {
    name: 'convex-test',
    ...calls,
    as: (subject, claims = {}) =>
      callsOf(
        fake.withIdentity({ issuer: 'https://issuer.test', subject, name: subject, ...claims }) as Fake,
      ),
    asAdmin: calls,
    fetch: (path, init) => fake.fetch(path, init),
    reset: async () => void (await calls.mutation('tools:reset')),
    settle: () => until(async () => (await calls.query('tools:openJobs')) === 0, 'no job is due'),
    stop: async () => {},
  };
}

function callsOf(fake: Fake): Calls {
  return {
    query: async (path, args = {}) => fake.query(makeFunctionReference<'query'>(path), args),
    mutation: async (path, args = {}) => fake.mutation(makeFunctionReference<'mutation'>(path), args),
    action: async (path, args = {}) => fake.action(makeFunctionReference<'action'>(path), args),
  };
}
