/** The engine as its users meet it: over HTTP, with the fixture app pushed by the real CLI. */
import type { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { startTestEngine, until } from '../engine/harness.ts';
import type { Backend, Calls } from './backend.ts';

export async function startEngineBackend(): Promise<Backend> {
  const test = await startTestEngine({}, 'conformance');
  const admin = test.http();
  (admin as unknown as { setAdminAuth(key: string): void }).setAdminAuth(test.engine.adminKey);
  const asAdmin = callsOf(admin);
  return {
    name: 'engine',
    ...callsOf(test.http()),
    as(subject, claims) {
      const client = test.http();
      client.setAuth(test.token(subject, 3600, { claims }));
      return callsOf(client);
    },
    asAdmin,
    fetch: (path, init) => fetch(test.engine.siteUrl + path, { redirect: 'manual', ...init }),
    reset: async () => void (await asAdmin.mutation('tools:reset')),
    settle: () => until(async () => (await asAdmin.query('tools:openJobs')) === 0, 'no job is due'),
    async stop() {
      await test.stop();
      if (test.errors.length + test.violations.length > 0)
        throw new AggregateError([...test.errors, ...test.violations], 'The engine reported failures');
    },
  };
}

function callsOf(client: ConvexHttpClient): Calls {
  return {
    query: (path, args = {}) => client.query(makeFunctionReference<'query'>(path), args),
    mutation: (path, args = {}) => client.mutation(makeFunctionReference<'mutation'>(path), args),
    action: (path, args = {}) => client.action(makeFunctionReference<'action'>(path), args),
  };
}
